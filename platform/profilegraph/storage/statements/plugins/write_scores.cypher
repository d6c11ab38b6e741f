UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
SET c.kind = c.kind  // a lock: see taggings.cypher
WITH row, c
CALL (row, c) {
  WITH row, c, properties(c) AS before
  SET c += row.metrics
  RETURN any(key IN keys(row.metrics)
             WHERE (row.metrics[key] IS NULL) <> (before[key] IS NULL)
                OR coalesce(row.metrics[key] <> before[key], false)) AS measured
}
CALL (row, c) {
  UNWIND row.tags AS wanted
  CALL (c, wanted) {
    MATCH (c)-[over:TAGGED]->(g:Tag {dimension: wanted.dimension})
    WHERE over.until <= $now
    WITH c, g, over, properties(over) AS past
    DELETE over
    MERGE (c)-[was:WAS_TAGGED {since: past.since}]->(g)
    SET was = past, was.expired = true
  }
  // A model replaces only what a model said: a tag that a person or an import gave stays.
  OPTIONAL MATCH (c)-[old:TAGGED {source: 'MODEL', by: $model}]->(g:Tag {dimension: wanted.dimension})
  WHERE wanted.tag IS NULL OR g.key <> wanted.tag
  WITH c, wanted, old, g, properties(old) AS past
  FOREACH (one IN CASE WHEN past.since < $now THEN [past] ELSE [] END |
    MERGE (c)-[was:WAS_TAGGED {since: one.since}]->(g)
    SET was = one, was.until = $now
  )
  DELETE old
  WITH c, wanted, collect(g.key) AS closed
  CALL (c, wanted) {
    MATCH (g:Tag {key: wanted.tag})
    WHERE NOT EXISTS { (c)-[:TAGGED]->(other:Tag {dimension: wanted.dimension})
                       WHERE g.single OR other = g }
    CREATE (c)-[:TAGGED {since: $now, source: 'MODEL', by: $model, confidence: 1.0, weight: 1.0,
                         weekdays: [], until: $now + g.ttl}]->(g)
    RETURN count(*) AS opened
  }
  CALL (c, wanted) {
    // Said again, it lasts again.
    MATCH (c)-[still:TAGGED {source: 'MODEL', by: $model}]->(g:Tag {key: wanted.tag})
    WHERE g.ttl IS NOT NULL AND coalesce(still.until <> $now + g.ttl, true)
    SET still.until = $now + g.ttl
    RETURN count(*) AS prolonged
  }
  RETURN collect(CASE WHEN opened > 0 THEN wanted.tag END) AS given, collect(closed) AS taken,
         sum(prolonged) AS prolonged
}
WITH c, given, reduce(tags = [], some IN taken | tags + some) AS taken, measured, prolonged
WITH c, given, taken, measured OR size(given + taken) > 0 AS changed, prolonged > 0 AS prolonged
RETURN collect(CASE WHEN changed THEN [c.key, given, taken] END) AS changed,
       collect(CASE WHEN changed OR prolonged THEN c.key END) AS touched
