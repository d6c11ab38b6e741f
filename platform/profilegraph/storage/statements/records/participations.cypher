UNWIND $rows AS row
WITH row, coalesce(datetime(row.since), $now) AS moment WHERE moment <= $now
MATCH (p:DecisionMaker {key: row.person})-[:OF]->(c:Customer)
MATCH (n:Opportunity {key: row.opportunity})<-[:HAS]-(c)
SET c.kind = c.kind  // a lock: see taggings.cypher
MERGE (p)-[part:TAKES_PART_IN]->(n)
  ON CREATE SET part.since = moment, part.role = row.role
WITH row, p, n, part, moment, properties(part) AS past
// What is told of an earlier moment is not written over what is known of a later one.
WHERE row.since IS NULL OR coalesce(past.since <= moment, true)
SET part.role = row.role
FOREACH (one IN CASE WHEN past.role <> row.role AND coalesce(past.since < moment, true)
                     THEN [part] ELSE [] END |
  CREATE (p)-[was:TOOK_PART_IN]->(n)
  SET was = past, was.until = moment, one.since = moment
)
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
