MERGE (t:Taxonomy {key: $key})
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
  WITH d, row
  UNWIND row.tags AS tag
  MERGE (g:Tag {key: tag.key})
  SET g = tag.set
  MERGE (g)-[:IN]->(d)
}
CALL () {
  UNWIND $dimensions AS row
  UNWIND row.tags AS tag
  MATCH (g:Tag {key: tag.key})
  CALL (g) {
    MATCH (g)-[old:CHILD_OF]->(:Tag)
    DELETE old
  }
  WITH g, tag WHERE tag.parent IS NOT NULL
  MATCH (parent:Tag {key: tag.parent})
  MERGE (g)-[:CHILD_OF]->(parent)
}
