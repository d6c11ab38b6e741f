UNWIND $keys AS key
MATCH (n:Consent {key: key})<-[:GAVE]-(c:Customer)
RETURN c.key AS customer, collect(n {.*}) AS items
