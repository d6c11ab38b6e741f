UNWIND $customers AS key
MATCH (c:Customer {key: key})-[:DID]->(e:Event)
WHERE (size($types) = 0 OR e.type IN $types) AND e.at <= $now
RETURN key, e.type, e.at.epochSeconds * 1000000 + e.at.microsecond, coalesce(e.amount, 0)
