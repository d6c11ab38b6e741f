"""The `profilegraph` command: reads arguments, calls services, prints."""
