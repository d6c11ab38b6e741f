MATCH (c)<-[:OF]-(p:DecisionMaker)-[part:TAKES_PART_IN]->(o:Opportunity)
RETURN [c.ordinal, p.key, part.role, o.key]
