// Customers' taggings that a rule looks at; nobody else changes them until the commit.
UNWIND $customers AS key
MATCH (c:Customer {key: key})
SET c.kind = c.kind  // a lock: see taggings.cypher
WITH c
MATCH (c)-[t:TAGGED]->(g:Tag)
WHERE g.key IN $tags OR g.dimension IN $dimensions
RETURN c.key AS customer, collect({
  tag: g.key,
  since: t.since.epochSeconds * 1000000 + t.since.microsecond,
  until: t.until.epochSeconds * 1000000 + t.until.microsecond
}) AS taggings
