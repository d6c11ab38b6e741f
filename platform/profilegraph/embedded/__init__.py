"""The Neo4j that profilegraph starts by itself."""
