UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MATCH (g:Tag {key: row.tag})
CALL (row, c, g) {
  // In a single dimension the newest tagging holds, whatever order they come in.
  OPTIONAL MATCH (c)-[rival:TAGGED]->(o:Tag {dimension: g.dimension})
  WHERE g.single AND o <> g AND rival.since > row.since
  RETURN min(rival.since) AS ends
}
CALL (row, c, g, ends) {
  WITH row, c, g, ends WHERE ends IS NOT NULL
  MERGE (c)-[was:WAS_TAGGED {since: row.since}]->(g)
  SET was = row.set, was.until = CASE WHEN row.set.until < ends THEN row.set.until ELSE ends END
}
CALL (row, c, g, ends) {
  MATCH (c)-[old:TAGGED]->(o:Tag)
  WHERE ends IS NULL
    AND ((g.single AND o.dimension = g.dimension AND o <> g) OR (o = g AND old.until <= row.since))
  WITH row, c, o, old, properties(old) AS past,
       CASE WHEN old.until <= row.since THEN old.until ELSE row.since END AS until
  DELETE old
  WITH c, o, past, until WHERE past.since < until
  MERGE (c)-[was:WAS_TAGGED {since: past.since}]->(o)
  SET was = past, was.until = until
}
CALL (row, c, g, ends) {
  WITH row, c, g WHERE ends IS NULL
  MERGE (c)-[t:TAGGED]->(g)
  WITH row, t, CASE WHEN t.since < row.since THEN t.since ELSE row.since END AS since
  SET t = row.set, t.since = since
}
RETURN collect(row.i) AS done
