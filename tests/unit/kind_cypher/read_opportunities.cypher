UNWIND $keys AS key
MATCH (n:Opportunity)<-[:HAS]-(c:Customer {key: key})
WITH key, n ORDER BY n.key
RETURN key AS customer, collect(n {.*}) AS items
