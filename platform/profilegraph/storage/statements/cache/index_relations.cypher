CALL (c) {
  MATCH (c)-[:SUBSIDIARY_OF]->(o:Customer) RETURN o, 'PARENT' AS kind
  UNION
  MATCH (c)<-[:SUBSIDIARY_OF]-(o:Customer) RETURN o, 'SUBSIDIARY' AS kind
  UNION
  MATCH (c)-[r:RELATED_TO]-(o:Customer) RETURN o, r.kind AS kind
}
WITH c, o, kind WHERE o.ordinal IS NOT NULL  // just written past the platform: it has a number soon
RETURN [c.ordinal, o.ordinal, kind]
