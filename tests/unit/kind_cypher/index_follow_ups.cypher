MATCH (n:FollowUp)<-[:FOLLOWED_UP_BY]-(c)
RETURN [c.ordinal, n.at.epochSeconds * 1000000 + n.at.microsecond, n.kind, [(n)-[:BY]->(other:Employee) | other.key], n.note, n.outcome]
