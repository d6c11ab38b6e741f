MATCH (s:Segment)-[:HAS_VERSION]->(v:SegmentVersion)
WHERE s.key IN $keys
RETURN s.key AS key, s.labelZh AS labelZh, s.labelEn AS labelEn,
       v.n AS n, v.filter AS filter, v.author AS author, v.note AS note, v.at AS at,
       v.restores AS restores
ORDER BY key, n DESC
