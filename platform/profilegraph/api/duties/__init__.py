"""Duties in the API, and who asks."""
