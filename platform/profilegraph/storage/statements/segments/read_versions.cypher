MATCH (segment:Segment)-[:HAS_VERSION]->(version:SegmentVersion)
WHERE segment.key IN $keys
RETURN properties(segment) AS segment, properties(version) AS version
ORDER BY segment.key, version.n DESC
