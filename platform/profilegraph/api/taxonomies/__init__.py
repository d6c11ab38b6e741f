"""Taxonomies in the API."""
