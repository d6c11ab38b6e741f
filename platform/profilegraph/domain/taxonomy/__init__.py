"""Taxonomies: what they define, whether they go together, and what versions differ in."""
