UNWIND $rows AS row
WITH row, coalesce(datetime(row.since), $now) AS moment WHERE moment <= $now
MATCH (c:Customer {key: row.customer})
SET c.kind = c.kind  // a lock: see taggings.cypher
MERGE (n:Opportunity {key: row.key})
  ON CREATE SET n.since = moment
WITH row, c, n, moment
// Of two writers that bring the same key at once, the second one finds here what the first one made.
OPTIONAL MATCH (n)<-[:HAS]-(known:Customer)
WITH row, c, n, known, moment, properties(n) AS past
// What is told of an earlier moment is not written over what is known of a later one.
WHERE (known IS NULL OR known = c) AND (row.since IS NULL OR coalesce(past.since <= moment, true))
SET n.outcome = coalesce(n.outcome, row.outcome), n += row.set
FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE (c)-[:HAS]->(one))
// What was is kept; of a change at the moment at which it began there is nothing to keep.
FOREACH (one IN CASE WHEN known IS NOT NULL AND properties(n) <> past
                          AND coalesce(past.since < moment, true) THEN [n] ELSE [] END |
  CREATE (one)-[:WAS]->(was:State)
  SET was = past, was.until = moment, one.since = moment
)
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
