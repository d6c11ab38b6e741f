"""What the product does: each service owns its transaction."""
