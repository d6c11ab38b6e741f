UNWIND $keys AS key
MATCH (n:Identity)-[:IDENTIFIES]->(c:Customer {key: key})
WITH key, n ORDER BY n.kind, n.value
RETURN key AS customer, collect(n {.*}) AS items
