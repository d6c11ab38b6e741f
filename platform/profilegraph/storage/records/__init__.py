"""Records of customers in the graph: declarations, writes and reads."""
