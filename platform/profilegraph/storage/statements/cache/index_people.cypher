MATCH (c)<-[:OF]-(p:DecisionMaker)
RETURN [c.ordinal, p.key, p.role, p.title, p.influence, p.stance,
        COUNT { (p)-[:REPORTS_TO]->{1,}() }]
