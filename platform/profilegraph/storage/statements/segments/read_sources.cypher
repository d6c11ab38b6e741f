MATCH (taken:Segment)<-[t:TAKEN]-(s:Segment)-[:HAS_VERSION]->(v:SegmentVersion {n: t.version})
WHERE taken.key IN $keys
RETURN taken.key AS of, properties(s) AS segment, properties(v) AS version
ORDER BY of
