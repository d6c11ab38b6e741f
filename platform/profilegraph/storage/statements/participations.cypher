UNWIND $rows AS row
MATCH (p:DecisionMaker {key: row.person})-[:OF]->(c:Customer)
MATCH (n:Opportunity {key: row.opportunity})<-[:HAS]-(c)
MERGE (p)-[part:TAKES_PART_IN]->(n)
SET part.role = row.role
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
