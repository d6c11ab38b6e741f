UNWIND $customers AS key
MATCH (c:Customer {key: key})-[t:TAGGED]->(g:Tag)
WHERE t.since <= $now AND (t.until IS NULL OR t.until > $now)
RETURN key, g.key, t.since.epochSeconds * 1000000 + t.since.microsecond,
       t.until.epochSeconds * 1000000 + t.until.microsecond, t.source, t.by, t.confidence, t.weight
