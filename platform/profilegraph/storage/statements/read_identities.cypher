UNWIND $keys AS key
MATCH (c:Customer {key: key})<-[:IDENTIFIES]-(i:Identity)
WITH key, i ORDER BY i.key
RETURN key AS customer, collect({kind: i.kind, value: i.value}) AS items
