UNWIND $keys AS key
MATCH (n:Event {key: key})<-[:DID]-(c:Customer)
RETURN c.key AS customer, collect(n {.*, person: [(n)<-[:DID]-(other:DecisionMaker) | other.key][0]}) AS items
