UNWIND $customers AS key
MATCH (c:Customer {key: key})<-[:IDENTIFIES]-(i:Identity)
RETURN key, i.kind, i.value
