"""Destinations in the API: sending members, and what has become of that."""
