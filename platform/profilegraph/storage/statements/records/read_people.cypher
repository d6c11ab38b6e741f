UNWIND $keys AS key
MATCH (n:DecisionMaker {key: key})-[:OF]->(c:Customer)
OPTIONAL MATCH (n)-[:WORKS_IN]->(department:Department)
OPTIONAL MATCH (n)-[:REPORTS_TO]->(boss:DecisionMaker)
RETURN n {.*, customer: c.key, department: department.key, reports_to: boss.key} AS person,
       coalesce(department.name, department.key) AS department,
       coalesce(boss.name, boss.key) AS superior
