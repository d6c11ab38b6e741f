UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
OPTIONAL MATCH (p:DecisionMaker {key: row.person})-[:OF]->(c)
WITH row, c, p
WHERE row.person IS NULL OR p IS NOT NULL
MERGE (n:Event {key: row.key})
WITH row, c, p, n
// Of two writers that bring the same key at once, the second one finds here what the first one made.
OPTIONAL MATCH (n)<-[:DID]-(known:Customer)
WITH row, c, p, n, known WHERE known IS NULL OR known = c
SET n += row.set, n.at = datetime(row.at)
FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE (c)-[:DID]->(one))
WITH row, c, p, n, known
CALL (p, n, known) {
  MATCH (other:DecisionMaker)-[old:DID]->(n)
  WHERE known IS NOT NULL AND (p IS NULL OR other <> p)
  DELETE old
}
FOREACH (one IN CASE WHEN p IS NULL THEN [] ELSE [p] END | MERGE (one)-[:DID]->(n))
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
