"""`profilegraph taxonomy`: its commands."""
