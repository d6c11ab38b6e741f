UNWIND $customers AS key
MATCH (c:Customer {key: key})-[:HAS]->(o:Opportunity)
RETURN key, o.key, o.stage, o.outcome, coalesce(o.amount, 0),
       duration.inDays(date('1970-01-01'), o.closeDate).days
