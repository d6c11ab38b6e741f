MATCH (d:Dimension {key: $dimension})
OPTIONAL MATCH (t:Team {key: $team})
WITH d, t WHERE $team IS NULL OR t IS NOT NULL
SET d.key = d.key  // of two who assign at once, the second finds what the first one did
WITH d, t
CALL (d) {
  MATCH (d)-[old:ASSIGNED_TO {duty: $duty}]->(:Team)
  DELETE old
}
FOREACH (one IN CASE WHEN t IS NULL THEN [] ELSE [t] END |
  CREATE (d)-[:ASSIGNED_TO {duty: $duty, by: $by, at: $at}]->(one)
)
RETURN d.key AS dimension
