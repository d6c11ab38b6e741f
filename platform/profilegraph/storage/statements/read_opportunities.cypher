UNWIND $keys AS key
MATCH (c:Customer {key: key})-[:HAS]->(n:Opportunity)
WITH key, n ORDER BY n.key
RETURN key AS customer, collect(properties(n)) AS items
