"""All Cypher, and the only package that imports the Neo4j driver."""
