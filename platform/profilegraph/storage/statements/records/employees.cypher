UNWIND $rows AS row
OPTIONAL MATCH (team:Team {key: row.team})
WITH row, team WHERE row.team IS NULL OR team IS NOT NULL
MERGE (n:Employee {key: row.key})
SET n += row.set
WITH row, team, n
CALL (row, team, n) {
  MATCH (n)-[old:MEMBER_OF]->(was)
  WHERE row.moves AND (team IS NULL OR was <> team)
  DELETE old
}
FOREACH (one IN CASE WHEN team IS NULL THEN [] ELSE [team] END | MERGE (n)-[:MEMBER_OF]->(one))
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
