UNWIND $rows AS row
MATCH (p:DecisionMaker {key: row.person})-[:OF]->(c:Customer)
MATCH (n:Opportunity {key: row.opportunity})<-[:HAS]-(c)
SET c.kind = c.kind  // a lock: see taggings.cypher
MERGE (p)-[part:TAKES_PART_IN]->(n)
  ON CREATE SET part.since = $now, part.role = row.role
WITH row, p, n, part, properties(part) AS past
SET part.role = row.role
FOREACH (one IN CASE WHEN past.role <> row.role AND coalesce(past.since < $now, true)
                     THEN [part] ELSE [] END |
  CREATE (p)-[was:TOOK_PART_IN]->(n)
  SET was = past, was.until = $now, one.since = $now
)
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
