MATCH (c:Customer)-[:DID]->(e:Event)
WHERE (size($types) = 0 OR e.type IN $types) AND e.at <= $now
RETURN c.key AS customer, e.type AS type,
       e.at.epochSeconds * 1000000 + e.at.microsecond AS at, coalesce(e.amount, 0) AS amount
