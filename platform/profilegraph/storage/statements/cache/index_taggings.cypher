MATCH (c)-[t:TAGGED]->(g:Tag)
WHERE t.since IS NOT NULL
// One look at all properties is faster than one at each.
WITH c.ordinal AS ordinal, g, properties(t) AS t
WITH g, t, ordinal,
     t.until IS NULL AND t.confidence = 1.0 AND t.weight = 1.0 AND size(t.weekdays) = 0 AS plain
// By the node, whose key is then read once and not for each tagging.
WITH g, t.source AS source, plain, collect(ordinal) AS ordinals,
     collect(t.since.epochSeconds * 1000000 + t.since.microsecond) AS since,
     collect(CASE WHEN NOT plain THEN [
       t.until.epochSeconds * 1000000 + t.until.microsecond, t.confidence, t.weight, t.weekdays
     ] END) AS odd
RETURN [g.key, source, ordinals, since, odd]
