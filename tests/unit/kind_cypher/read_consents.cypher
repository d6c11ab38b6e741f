UNWIND $keys AS key
MATCH (n:Consent)<-[:GAVE]-(c:Customer {key: key})
WITH key, n ORDER BY n.at DESC, n.key
RETURN key AS customer, collect(n {.*}) AS items
