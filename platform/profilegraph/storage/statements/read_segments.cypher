MATCH (s:Segment)
WHERE $keys IS NULL OR s.key IN $keys
CALL (s) {
  MATCH (s)-[:HAS_VERSION]->(v:SegmentVersion)
  WHERE ($version IS NULL OR v.n = $version) AND ($at IS NULL OR v.at <= $at)
  RETURN v ORDER BY v.n DESC LIMIT 1
}
RETURN s.key AS key, s.labelZh AS labelZh, s.labelEn AS labelEn,
       v.n AS n, v.filter AS filter, v.author AS author, v.note AS note, v.at AS at,
       v.restores AS restores
ORDER BY key
