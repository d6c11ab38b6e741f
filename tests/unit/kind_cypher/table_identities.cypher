UNWIND $customers AS key
MATCH (n:Identity)-[:IDENTIFIES]->(c:Customer {key: key})
RETURN key, n.kind, n.value
