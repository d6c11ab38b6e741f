"""Limits of what requests cost: their price, the rate of each key, and fair turns between keys."""
