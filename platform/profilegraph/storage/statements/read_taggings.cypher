UNWIND $keys AS key
MATCH (c:Customer {key: key})-[t:TAGGED]->(g:Tag)
WHERE t.since <= $now AND (t.until IS NULL OR t.until > $now)
WITH key, t, g ORDER BY g.dimension, g.position
RETURN key AS customer, collect(t {.*, tag: g.key}) AS items
