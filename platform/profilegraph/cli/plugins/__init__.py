"""`profilegraph plugin` and `model`, and the commands that plugins bring."""
