"""The parts of a filter's Cypher: one function a leaf, each given the frame that it stands in."""
