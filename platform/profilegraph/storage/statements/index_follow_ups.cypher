MATCH (c)-[:FOLLOWED_UP_BY]->(f:FollowUp)
RETURN [c.ordinal, f.at.epochSeconds * 1000000 + f.at.microsecond, f.kind,
        [(f)-[:BY]->(w:Employee) | w.key], f.note, f.outcome]
