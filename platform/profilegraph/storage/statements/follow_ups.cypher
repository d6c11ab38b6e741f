UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
OPTIONAL MATCH (by:Employee {key: row.employee})
WITH row, c, by
WHERE row.employee IS NULL OR by IS NOT NULL
MERGE (n:FollowUp {key: row.key})
WITH row, c, by, n
// Of two writers that bring the same key at once, the second one finds here what the first one made.
OPTIONAL MATCH (n)<-[:FOLLOWED_UP_BY]-(known:Customer)
WITH row, c, by, n, known WHERE known IS NULL OR known = c
SET n += row.set
FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE (c)-[:FOLLOWED_UP_BY]->(one))
WITH row, by, n
CALL (by, n) {
  MATCH (n)-[old:BY]->(was)
  WHERE was <> by
  DELETE old
}
FOREACH (one IN CASE WHEN by IS NULL THEN [] ELSE [by] END | MERGE (n)-[:BY]->(one))
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
