"""The Neo4j driver: connections, transactions, deadlines, retries, errors and migrations."""
