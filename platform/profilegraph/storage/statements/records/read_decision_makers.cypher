UNWIND $keys AS key
MATCH (c:Customer {key: key})<-[:OF]-(n:DecisionMaker)
OPTIONAL MATCH (n)-[:WORKS_IN]->(department:Department)
OPTIONAL MATCH (n)-[:REPORTS_TO]->(boss:DecisionMaker)
WITH key, n, department, boss ORDER BY coalesce(n.influence, -1) DESC, n.key
RETURN key AS customer, collect(n {.*, department: department.key, reports_to: boss.key}) AS items
