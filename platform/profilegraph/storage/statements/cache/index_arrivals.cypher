MATCH (c)-[came:CAME_FROM]->(h:Channel)
RETURN [c.ordinal, came.at.epochSeconds * 1000000 + came.at.microsecond, h.key]
