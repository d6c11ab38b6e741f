// What a change did to some taggings is taken back, where they still are as it left them.
UNWIND $customers AS key
MATCH (c:Customer {key: key})
SET c.kind = c.kind  // a lock: see taggings.cypher
WITH c
MATCH (c)-[was:RETAGGED {change: $change}]->(g:Tag)
WITH c, was, g, was.into AS into, properties(was) AS all
WITH c, was, g, into, all {.*, change: null, into: null} AS past
OPTIONAL MATCH (c)-[t:TAGGED]->(goal:Tag {key: into})
WHERE t.since = past.since AND (t.said = $applied OR past.since >= $applied)
DELETE was
WITH c, g, past, t, goal, into WHERE into IS NULL OR t IS NOT NULL
FOREACH (one IN CASE WHEN t IS NULL OR coalesce(t.said, t.since) >= $at THEN [] ELSE [t] END |
  CREATE (c)-[word:WAS_SAID]->(goal)
  SET word = properties(one),
      word.until = CASE WHEN one.until < $at THEN one.until ELSE $at END
)
DELETE t
WITH collect([c, g, past]) AS all
UNWIND all AS each
WITH each[0] AS c, each[1] AS g, each[2] AS past
WHERE NOT EXISTS {
  (c)-[:TAGGED]->(o:Tag) WHERE o = g OR (g.single AND o.dimension = g.dimension)
}
CREATE (c)-[t:TAGGED]->(g)
SET t = past, t.said = CASE WHEN past.since < $at THEN $at ELSE past.said END
