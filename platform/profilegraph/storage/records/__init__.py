"""Records of customers in the graph: their declarations, writes and reads."""
