"""Destinations: the members of a segment sent to where a plugin takes them."""
