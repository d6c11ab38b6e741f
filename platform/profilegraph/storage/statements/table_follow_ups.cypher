UNWIND $customers AS key
MATCH (c:Customer {key: key})-[:FOLLOWED_UP_BY]->(f:FollowUp)
WHERE f.at <= $now
RETURN key, f.kind, f.at.epochSeconds * 1000000 + f.at.microsecond,
       [(f)-[:BY]->(w:Employee) | w.key][0], f.note, f.outcome
