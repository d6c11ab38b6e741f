UNWIND $keys AS key
MATCH (c:Customer {key: key})
CALL (c) {
  MATCH (c)-[:SUBSIDIARY_OF]->(o) RETURN o.key AS other, 'PARENT' AS kind
  UNION
  MATCH (c)<-[:SUBSIDIARY_OF]-(o) RETURN o.key AS other, 'SUBSIDIARY' AS kind
  UNION
  MATCH (c)-[r:RELATED_TO]-(o) RETURN o.key AS other, r.kind AS kind
}
WITH key, other, kind ORDER BY kind, other
RETURN key AS customer, collect({other: other, kind: kind}) AS items
