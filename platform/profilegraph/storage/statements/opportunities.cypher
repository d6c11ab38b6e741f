UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
SET c.kind = c.kind  // a lock: see taggings.cypher
MERGE (n:Opportunity {key: row.key})
  ON CREATE SET n.since = $now
WITH row, c, n
// Of two writers that bring the same key at once, the second one finds here what the first one made.
OPTIONAL MATCH (n)<-[:HAS]-(known:Customer)
WITH row, c, n, known, properties(n) AS past WHERE known IS NULL OR known = c
SET n.outcome = coalesce(n.outcome, row.outcome), n += row.set
FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE (c)-[:HAS]->(one))
// What was is kept; of a change at the moment at which it began there is nothing to keep.
FOREACH (one IN CASE WHEN known IS NOT NULL AND properties(n) <> past
                          AND coalesce(past.since < $now, true) THEN [n] ELSE [] END |
  CREATE (one)-[:WAS]->(was:State)
  SET was = past, was.until = $now, one.since = $now
)
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
