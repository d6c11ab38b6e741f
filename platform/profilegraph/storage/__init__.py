"""All Cypher, and the one place that knows the Neo4j driver."""
