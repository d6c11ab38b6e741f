UNWIND $keys AS key
MATCH (c:Customer {key: key})-[t:TAGGED]->(g:Tag)
WHERE t.since <= $now AND (t.until IS NULL OR t.until > $now)
WITH key, t, g ORDER BY g.dimension, g.position, g.key
// Moments as numbers: the driver takes longer for one moment than for a whole row.
RETURN key AS customer, collect(t {
  .*,
  tag: g.key,
  since: t.since.epochSeconds * 1000000 + t.since.microsecond,
  until: t.until.epochSeconds * 1000000 + t.until.microsecond
}) AS items
