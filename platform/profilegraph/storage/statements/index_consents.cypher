MATCH (c)-[:GAVE]->(k:Consent)
RETURN [c.ordinal, k.at.epochSeconds * 1000000 + k.at.microsecond, k.purpose, k.granted]
