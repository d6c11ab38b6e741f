UNWIND $keys AS key
MATCH (c:Customer {key: key})<-[:OF]-(n:Department)
OPTIONAL MATCH (n)-[:PART_OF]->(parent:Department)
WITH key, n, parent ORDER BY n.key
RETURN key AS customer, collect(n {.*, parent: parent.key}) AS items
