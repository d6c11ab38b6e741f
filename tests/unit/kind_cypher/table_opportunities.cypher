UNWIND $customers AS key
MATCH (n:Opportunity)<-[:HAS]-(c:Customer {key: key})
RETURN key, n.key, n.stage, n.outcome, n.amount, duration.inDays(date('1970-01-01'), n.closeDate).days
