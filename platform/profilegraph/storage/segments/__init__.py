"""Segments in the graph: saved filters and lists, and filters asked of it."""
