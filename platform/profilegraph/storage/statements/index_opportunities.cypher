MATCH (c)-[:HAS]->(o:Opportunity)
RETURN [c.ordinal, o.key, o.stage, o.outcome, o.name, o.amount,
        duration.inDays(date('1970-01-01'), o.closeDate).days, o.reason]
