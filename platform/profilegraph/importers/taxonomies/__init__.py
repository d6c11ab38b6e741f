"""Taxonomy files: YAML in, a validated taxonomy out, every fault with its line."""
