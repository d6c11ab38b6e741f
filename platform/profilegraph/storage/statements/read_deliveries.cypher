MATCH (s:Segment)-[:SENT]->(d:Delivery)
WHERE ($ids IS NULL OR d.id IN $ids) AND ($segments IS NULL OR s.key IN $segments)
  AND ($due IS NULL OR (d.state = 'WAITING' AND coalesce(d.heldUntil <= $due, true)))
RETURN s.key AS segment, d {.*, members: null} AS delivery
ORDER BY d.at DESC, d.id
