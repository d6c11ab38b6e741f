UNWIND $keys AS key
MATCH (c:Customer {key: key})-[:GAVE]->(n:Consent)
WITH key, n ORDER BY n.at DESC, n.key
RETURN key AS customer, collect(properties(n)) AS items
