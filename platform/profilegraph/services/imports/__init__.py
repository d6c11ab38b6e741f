"""Imports of files: read, checked against the graph, and written batch by batch."""
