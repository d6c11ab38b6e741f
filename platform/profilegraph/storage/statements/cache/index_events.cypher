MATCH (c)-[:DID]->(e:Event)
WITH c, properties(e) AS e, [(p:DecisionMaker)-[:DID]->(e) | p.key][0] AS person
WITH e.type AS type, collect([c.ordinal, e.at.epochSeconds * 1000000 + e.at.microsecond, e.channel, e.content, e.amount, person]) AS rows
RETURN [type, rows]
