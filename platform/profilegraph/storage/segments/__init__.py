"""Segments in the graph: saved filters and lists, and queries of filters."""
