UNWIND $keys AS key
MATCH (c:Customer)-[:DID]->(e:Event {key: key})
OPTIONAL MATCH (p:DecisionMaker)-[:DID]->(e)
RETURN c.key AS customer, collect(e {.*, person: p.key}) AS items
