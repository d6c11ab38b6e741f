UNWIND $customers AS key
MATCH (c:Customer {key: key})<-[:OF]-(p:DecisionMaker)
RETURN key, p.key, p.name, p.title, p.role, p.influence, p.stance,
       [(p)-[:WORKS_IN]->(d:Department) | d.key][0],
       COLLECT {
         MATCH path = (p)-[:WORKS_IN]->(:Department)-[:PART_OF]->{0,}(d)
         WHERE d.function IS NOT NULL
         RETURN d.function ORDER BY length(path) LIMIT 1
       }[0],
       [(p)-[:REPORTS_TO]->(superior:DecisionMaker) | superior.key][0]
