UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
SET c.kind = c.kind  // a lock: see taggings.cypher
WITH row, c
MATCH (c)-[t:TAGGED]->(g:Tag {key: row.tag})
// Given what is stale, only that: somebody may have said it again before the lock was ours.
WHERE $stale IS NULL OR t.until <= $at OR coalesce(t.said, t.since) < $stale.before
WITH c, g, t, properties(t) AS past
DELETE t
WITH c, g, past,
     CASE WHEN past.until < $at THEN past.until ELSE $at END AS until
FOREACH (one IN CASE WHEN past.since < until THEN [past] ELSE [] END |
  MERGE (c)-[was:WAS_TAGGED {since: one.since}]->(g)
  SET was = one, was.until = until, was.expired = one.until <= until
)
RETURN collect([c.key, g.key]) AS removed
