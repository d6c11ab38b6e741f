"""`profilegraph segment`: its commands."""
