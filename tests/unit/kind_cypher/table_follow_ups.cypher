UNWIND $customers AS key
MATCH (n:FollowUp)<-[:FOLLOWED_UP_BY]-(c:Customer {key: key})
WHERE n.at <= $now
RETURN key, n.kind, n.at.epochSeconds * 1000000 + n.at.microsecond, [(n)-[:BY]->(other:Employee) | other.key][0], n.note, n.outcome
