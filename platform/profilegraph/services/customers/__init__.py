"""Customers: found, read, written, and the people among them."""
