UNWIND $rows AS row
CALL (row) {
  MATCH (c:Customer {key: row.customer})
  SET c.kind = c.kind  // a lock, so that two writers never close a circle; see taggings.cypher
  WITH row, c
  OPTIONAL MATCH (department:Department {key: row.department})-[:OF]->(c)
  OPTIONAL MATCH (boss:DecisionMaker {key: row.boss})-[:OF]->(c)
  WITH row, c, department, boss
  WHERE (row.department IS NULL OR department IS NOT NULL)
    AND (row.boss IS NULL OR boss IS NOT NULL)
   
    AND NOT EXISTS { (boss)-[:REPORTS_TO]->{0,}(:DecisionMaker {key: row.key}) }
  MERGE (p:DecisionMaker {key: row.key})
  WITH row, c, department, boss, p
  OPTIONAL MATCH (p)-[:OF]->(known:Customer)
  WITH row, c, department, boss, p, known WHERE known IS NULL OR known = c
  SET p += row.set
  FOREACH (one IN CASE WHEN known IS NULL THEN [p] ELSE [] END | CREATE (one)-[:OF]->(c))
  WITH row, department, boss, p
  CALL (row, department, p) {
    MATCH (p)-[old:WORKS_IN]->(was)
    WHERE row.moves AND (department IS NULL OR was <> department)
    DELETE old
  }
  CALL (row, boss, p) {
    MATCH (p)-[old:REPORTS_TO]->(was)
    WHERE row.changesBoss AND (boss IS NULL OR was <> boss)
    DELETE old
  }
  FOREACH (one IN CASE WHEN department IS NULL THEN [] ELSE [department] END | MERGE (p)-[:WORKS_IN]->(one))
  FOREACH (one IN CASE WHEN boss IS NULL THEN [] ELSE [boss] END | MERGE (p)-[:REPORTS_TO]->(one))
  RETURN row.i AS i
}
WITH collect(i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
