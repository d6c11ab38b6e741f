UNWIND $rows AS row
CALL (row) {
  MATCH (c:Customer {key: row.customer})
  SET c.kind = c.kind  // a lock, so that two writers never close a circle; see taggings.cypher
  WITH row, c, coalesce(datetime(row.since), $now) AS moment
  WHERE moment <= $now
  OPTIONAL MATCH (department:Department {key: row.department})-[:OF]->(c)
  OPTIONAL MATCH (boss:DecisionMaker {key: row.boss})-[:OF]->(c)
  WITH row, c, department, boss, moment
  WHERE (row.department IS NULL OR department IS NOT NULL)
    AND (row.boss IS NULL OR boss IS NOT NULL)
    AND NOT EXISTS { (boss)-[:REPORTS_TO]->{0,}(:DecisionMaker {key: row.key}) }
  MERGE (p:DecisionMaker {key: row.key})
    ON CREATE SET p.since = moment
  WITH row, c, department, boss, p, moment
  OPTIONAL MATCH (p)-[:OF]->(known:Customer)
  WITH row, c, department, boss, p, known, moment, properties(p) AS past
  // What is told of an earlier moment is not written over what is known of a later one.
  WHERE (known IS NULL OR known = c)
    AND (row.since IS NULL
         OR coalesce(past.since <= moment, true)
            AND NOT EXISTS { MATCH (p)-[newer:WORKS_IN|REPORTS_TO]->() WHERE newer.since > moment })
  SET p += row.set
  FOREACH (one IN CASE WHEN known IS NULL THEN [p] ELSE [] END | CREATE (one)-[:OF]->(c))
  FOREACH (one IN CASE WHEN known IS NOT NULL AND properties(p) <> past
                            AND coalesce(past.since < moment, true) THEN [p] ELSE [] END |
    CREATE (one)-[:WAS]->(was:State)
    SET was = past, was.until = moment, one.since = moment
  )
  WITH row, department, boss, p, moment
  CALL (row, department, p, moment) {
    MATCH (p)-[old:WORKS_IN]->(was)
    WHERE row.moves AND (department IS NULL OR was <> department)
    FOREACH (one IN CASE WHEN coalesce(old.since < moment, true) THEN [was] ELSE [] END |
      CREATE (p)-[:WORKED_IN {since: old.since, until: moment}]->(one)
    )
    DELETE old
  }
  CALL (row, boss, p, moment) {
    MATCH (p)-[old:REPORTS_TO]->(was)
    WHERE row.changesBoss AND (boss IS NULL OR was <> boss)
    FOREACH (one IN CASE WHEN coalesce(old.since < moment, true) THEN [was] ELSE [] END |
      CREATE (p)-[:REPORTED_TO {since: old.since, until: moment}]->(one)
    )
    DELETE old
  }
  FOREACH (one IN CASE WHEN department IS NULL THEN [] ELSE [department] END |
    MERGE (p)-[new:WORKS_IN]->(one)
      ON CREATE SET new.since = moment
  )
  FOREACH (one IN CASE WHEN boss IS NULL THEN [] ELSE [boss] END |
    MERGE (p)-[new:REPORTS_TO]->(one)
      ON CREATE SET new.since = moment
  )
  RETURN row.i AS i
}
WITH collect(i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
