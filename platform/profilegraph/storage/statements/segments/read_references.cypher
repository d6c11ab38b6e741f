MATCH (s:Segment {key: $key})
RETURN
  COLLECT {
    MATCH (s)-[:HAS_VERSION]->(v:SegmentVersion)-[:USES]->(used:Segment)
    WHERE NOT EXISTS { MATCH (s)-[:HAS_VERSION]->(later:SegmentVersion) WHERE later.n > v.n }
    RETURN used.key
  } AS references,
  COLLECT {
    MATCH (u:Segment)-[:HAS_VERSION]->(v:SegmentVersion)-[:USES]->(s)
    WHERE NOT EXISTS { MATCH (u)-[:HAS_VERSION]->(later:SegmentVersion) WHERE later.n > v.n }
    RETURN u {.key, .kind, .state, .owner, .editors} ORDER BY u.key
  } AS users
