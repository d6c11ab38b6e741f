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
    ON CREATE SET p.since = $now
  WITH row, c, department, boss, p
  OPTIONAL MATCH (p)-[:OF]->(known:Customer)
  WITH row, c, department, boss, p, known, properties(p) AS past WHERE known IS NULL OR known = c
  SET p += row.set
  FOREACH (one IN CASE WHEN known IS NULL THEN [p] ELSE [] END | CREATE (one)-[:OF]->(c))
  FOREACH (one IN CASE WHEN known IS NOT NULL AND properties(p) <> past
                            AND coalesce(past.since < $now, true) THEN [p] ELSE [] END |
    CREATE (one)-[:WAS]->(was:State)
    SET was = past, was.until = $now, one.since = $now
  )
  WITH row, department, boss, p
  CALL (row, department, p) {
    MATCH (p)-[old:WORKS_IN]->(was)
    WHERE row.moves AND (department IS NULL OR was <> department)
    FOREACH (one IN CASE WHEN coalesce(old.since < $now, true) THEN [was] ELSE [] END |
      CREATE (p)-[:WORKED_IN {since: old.since, until: $now}]->(one)
    )
    DELETE old
  }
  CALL (row, boss, p) {
    MATCH (p)-[old:REPORTS_TO]->(was)
    WHERE row.changesBoss AND (boss IS NULL OR was <> boss)
    FOREACH (one IN CASE WHEN coalesce(old.since < $now, true) THEN [was] ELSE [] END |
      CREATE (p)-[:REPORTED_TO {since: old.since, until: $now}]->(one)
    )
    DELETE old
  }
  FOREACH (one IN CASE WHEN department IS NULL THEN [] ELSE [department] END |
    MERGE (p)-[new:WORKS_IN]->(one)
      ON CREATE SET new.since = $now
  )
  FOREACH (one IN CASE WHEN boss IS NULL THEN [] ELSE [boss] END |
    MERGE (p)-[new:REPORTS_TO]->(one)
      ON CREATE SET new.since = $now
  )
  RETURN row.i AS i
}
WITH collect(i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
