"""Segments in the API: filters as input, counts, members, explanations, comparisons."""
