MATCH (t:Taxonomy)
WHERE coalesce(t.since <= $at, true)
CALL (t) {
  OPTIONAL MATCH (t)-[:WAS]->(was:State) WHERE was.until > $at
  RETURN was ORDER BY was.until, was.n LIMIT 1
}
RETURN coalesce(was.definition, t.definition) AS definition
ORDER BY t.key
