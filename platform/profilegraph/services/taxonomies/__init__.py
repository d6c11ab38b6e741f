"""Taxonomies: loaded from files, edited by people, and their taggings cleaned."""
