"""The parts of a filter's Cypher: one function a leaf, each given the scope that it stands in."""
