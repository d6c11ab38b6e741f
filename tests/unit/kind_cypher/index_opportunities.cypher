MATCH (n:Opportunity)<-[:HAS]-(c)
RETURN [c.ordinal, n.key, n.stage, n.outcome, n.name, n.amount, duration.inDays(date('1970-01-01'), n.closeDate).days, n.reason]
