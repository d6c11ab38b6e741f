MERGE (t:Taxonomy {key: $key})
  ON CREATE SET t.since = $at
// What it was stays: a question about a past moment is answered by the definition of then.
FOREACH (definition IN CASE WHEN $at IS NOT NULL AND t.digest <> $set.digest THEN [t.definition] ELSE [] END |
  CREATE (t)-[:WAS]->(:State {
    definition: definition, until: $at, n: COUNT { (t)-[:WAS]->(:State) }
  })
)
SET t += $set
WITH t
CALL (t) {
  // What a file no longer names stays in the graph, so that no tagging is lost; it is out of use.
  MATCH (d:Dimension)-[:IN]->(t)
  SET d.retired = true
  WITH d
  MATCH (g:Tag)-[:IN]->(d)
  WHERE coalesce(g.taxonomy, $key) = $key
  SET g.retired = true
}
CALL () {
  // Also what it added to the dimensions of others; what others added to its own is theirs.
  MATCH (g:Tag)
  WHERE g.taxonomy = $key
  SET g.retired = true
}
CALL (t) {
  UNWIND $dimensions AS row
  MERGE (d:Dimension {key: row.key})
  SET d = row.set
  MERGE (d)-[:IN]->(t)
  WITH d, t, row
  CALL (d, t) {
    MATCH (d)-[old:IN]->(other:Taxonomy) WHERE other <> t
    DELETE old
  }
  WITH d, row
  CALL (d, row) {
    MATCH (d)-[old:GOVERNED_BY]->(:Team)
    DELETE old
  }
  FOREACH (duty IN row.duties |
    MERGE (team:Team {key: duty.team})
    MERGE (d)-[:GOVERNED_BY {duty: duty.duty}]->(team)
  )
}
CALL () {
  UNWIND $tags AS row
  MATCH (d:Dimension {key: row.dimension})
  MERGE (g:Tag {key: row.key})
  SET g = row.set
  MERGE (g)-[:IN]->(d)
}
CALL () {
  // Tags carry what a tagging needs of their dimension, also those that other taxonomies added.
  UNWIND $dimensions + $tags AS row
  WITH DISTINCT coalesce(row.dimension, row.key) AS key
  MATCH (g:Tag)-[:IN]->(d:Dimension {key: key})
  SET g.single = d.cardinality = 'single', g.ttl = d.ttl
}
CALL () {
  UNWIND $tags AS row
  MATCH (g:Tag {key: row.key})
  CALL (g) {
    MATCH (g)-[old:CHILD_OF]->(:Tag)
    DELETE old
  }
  WITH g, row WHERE row.parent IS NOT NULL
  MATCH (parent:Tag {key: row.parent})
  MERGE (g)-[:CHILD_OF]->(parent)
}
