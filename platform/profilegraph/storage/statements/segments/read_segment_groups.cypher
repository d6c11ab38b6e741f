MATCH (g:SegmentGroup)
WHERE ($keys IS NULL OR g.key IN $keys)
  AND ($segment IS NULL OR EXISTS { (g)-[:RANKS]->(:Segment {key: $segment}) })
RETURN properties(g) AS group,
  COLLECT { MATCH (g)-[r:RANKS]->(s:Segment) RETURN [s.key, r.weight] ORDER BY r.rank } AS ranked
ORDER BY g.key
