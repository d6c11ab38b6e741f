UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
OPTIONAL MATCH (employee:Employee {key: row.employee})
WITH row, c, employee
WHERE row.employee IS NULL OR employee IS NOT NULL
MERGE (n:FollowUp {key: row.key})
WITH row, c, employee, n
// Of two writers that bring the same key at once, the second one finds here what the first one made.
OPTIONAL MATCH (n)<-[:FOLLOWED_UP_BY]-(known:Customer)
WITH row, c, employee, n, known WHERE known IS NULL OR known = c
SET n += row.set
FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE (one)<-[:FOLLOWED_UP_BY]-(c))
WITH row, c, employee, n
CALL (employee, n) {
  MATCH (n)-[old:BY]->(was)
  WHERE was <> employee
  DELETE old
}
FOREACH (one IN CASE WHEN employee IS NULL THEN [] ELSE [employee] END | MERGE (n)-[:BY]->(one))
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
