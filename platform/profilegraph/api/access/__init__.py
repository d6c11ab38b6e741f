"""GraphQL of roles, and of why somebody may see a customer."""
