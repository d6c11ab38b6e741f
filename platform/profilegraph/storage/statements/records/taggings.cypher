UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MATCH (g:Tag {key: row.tag})
// Locks the customer and changes nothing: two writers never tag it by what both saw before.
SET c.kind = c.kind
// Most customers have nothing in the dimension yet: those need none of what follows.
WITH row, c, g, datetime(row.since) AS since,
     coalesce(datetime(row.until), datetime(row.since) + g.ttl) AS until,
     EXISTS { (c)-[:TAGGED]->(:Tag {dimension: g.dimension}) } AS known
CALL (row, c, g, since, until, known) {
  WITH row, c, g, since, until, known WHERE NOT known
  CREATE (c)-[t:TAGGED]->(g)
  SET t = row.set, t.since = since, t.until = until
}
CALL (row, c, g, since, until, known) {
  WITH row, c, g, since, until, known WHERE known
  CALL (c, g, since, until) {
    // The newest tagging holds, whatever order they come in: of a single dimension, and of a tag.
    OPTIONAL MATCH (c)-[rival:TAGGED]->(o:Tag {dimension: g.dimension})
    WHERE rival.since > since AND ((g.single AND o <> g) OR (o = g AND until <= rival.since))
    RETURN min(rival.since) AS ends
  }
  CALL (row, c, g, since, until, ends) {
    WITH row, c, g, since, until, ends WHERE ends IS NOT NULL
    MERGE (c)-[was:WAS_TAGGED {since: since}]->(g)
    SET was = row.set, was.since = since, was.expired = until <= ends,
        was.until = CASE WHEN until < ends THEN until ELSE ends END
  }
  CALL (c, g, since, ends) {
    MATCH (c)-[old:TAGGED]->(o:Tag)
    WHERE ends IS NULL
      AND ((g.single AND o.dimension = g.dimension AND o <> g) OR (o = g AND old.until <= since))
    WITH c, o, old, properties(old) AS past,
         CASE WHEN old.until <= since THEN old.until ELSE since END AS until
    DELETE old
    WITH c, o, past, until WHERE past.since < until
    MERGE (c)-[was:WAS_TAGGED {since: past.since}]->(o)
    SET was = past, was.until = until, was.expired = past.until <= until
    WITH c, o, until
    MATCH (c)-[word:WAS_SAID]->(o) WHERE word.until > until
    SET word.until = until
  }
  CALL (row, c, g, since, until, ends) {
    WITH row, c, g, since, until, ends WHERE ends IS NULL
    OPTIONAL MATCH (c)-[t:TAGGED]->(g)
    WITH row, c, g, t, since, until, properties(t) AS past,
         CASE WHEN t.since < since THEN t.since ELSE since END AS first,
         coalesce(t.said, t.since) AS said
    FOREACH (one IN CASE WHEN t IS NULL THEN [g] ELSE [] END |
      CREATE (c)-[new:TAGGED]->(one)
      SET new = row.set, new.since = first, new.until = until
    )
    FOREACH (one IN CASE WHEN t IS NULL THEN [] ELSE [t] END |
      SET one = row.set, one.since = first, one.until = until, one.said = past.said
    )
    // Another word on the same tagging: what was said before is kept until when this is said.
    WITH c, g, t, past, said,
         CASE WHEN said < since AND since < $now THEN since ELSE $now END AS again
    WHERE past IS NOT NULL AND said < again
      AND past {.*, since: 0, until: 0} <> t {.*, since: 0, until: 0}
    CREATE (c)-[word:WAS_SAID]->(g)
    SET word = past, word.until = again, t.said = again
  }
}
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
