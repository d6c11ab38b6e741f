// A tagging that is no more stays in the past, and beside it what it was, so that it can come back.
UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})-[t:TAGGED]->(g:Tag {key: row.tag})
WITH c, t, g, row, properties(t) AS past
DELETE t
WITH c, g, row, past, CASE WHEN past.until < $at THEN past.until ELSE $at END AS until
FOREACH (one IN CASE WHEN coalesce(past.said, past.since) < until THEN [past] ELSE [] END |
  CREATE (c)-[word:WAS_SAID]->(g)
  SET word = one, word.until = until
)
FOREACH (one IN CASE WHEN $change IS NULL THEN [] ELSE [past] END |
  CREATE (c)-[was:RETAGGED]->(g)
  SET was = one, was.change = $change, was.into = row.to
)
WITH c, row, past WHERE row.to IS NOT NULL
WITH collect([c, row, past]) AS all  // every tagging is gone before another one comes
UNWIND all AS each
WITH each[0] AS c, each[1] AS row, each[2] AS past
MATCH (goal:Tag {key: row.to})
CREATE (c)-[t:TAGGED]->(goal)
SET t = past, t.said = CASE WHEN past.since < $at THEN $at ELSE past.said END
