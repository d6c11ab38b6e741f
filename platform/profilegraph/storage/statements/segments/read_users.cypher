MATCH (used:Segment)<-[:USES]-(v:SegmentVersion)<-[:HAS_VERSION]-(s:Segment)
WHERE used.key IN $keys
  AND NOT EXISTS { MATCH (s)-[:HAS_VERSION]->(later:SegmentVersion) WHERE later.n > v.n }
RETURN used.key AS used, properties(s) AS segment, properties(v) AS version
ORDER BY used, segment.key
