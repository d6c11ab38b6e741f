"""Customers in the API, and all that is known of them."""
