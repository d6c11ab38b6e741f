MATCH (s:Segment {key: $key})
OPTIONAL MATCH (s)-[:HAS_VERSION]->(v:SegmentVersion)
DETACH DELETE v, s
