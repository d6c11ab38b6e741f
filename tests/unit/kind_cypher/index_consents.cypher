MATCH (n:Consent)<-[:GAVE]-(c)
RETURN [c.ordinal, n.at.epochSeconds * 1000000 + n.at.microsecond, n.purpose, n.granted]
