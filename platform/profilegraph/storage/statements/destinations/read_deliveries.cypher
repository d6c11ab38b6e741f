MATCH (s:Segment)-[:SENT]->(d:Delivery)
WHERE ($keys IS NULL OR d.key IN $keys) AND ($segments IS NULL OR s.key IN $segments)
RETURN s.key AS segment, d {.*, members: null} AS delivery
ORDER BY d.at DESC, d.key
