"""What plugins are given of the graph, and what models leave in it."""
