"""Taxonomies in the graph, their changes, and the cleaning of taggings."""
