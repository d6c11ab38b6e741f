MATCH (source:Segment)-[:TAKEN]->(s:Segment)-[:HAS_VERSION]->(v:SegmentVersion)
WHERE source.key IN $keys
RETURN source.key AS of, properties(s) AS segment, properties(v) AS version
ORDER BY of, version.at DESC, segment.key
