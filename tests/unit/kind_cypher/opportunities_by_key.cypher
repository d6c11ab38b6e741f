UNWIND $keys AS key
MATCH (n:Opportunity {key: key})<-[:HAS]-(c:Customer)
RETURN c.key AS customer, collect(n {.*}) AS items
