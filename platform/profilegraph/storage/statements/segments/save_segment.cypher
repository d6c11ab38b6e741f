MERGE (s:Segment {key: $key})
SET s.labelZh = coalesce($labelZh, s.labelZh), s.labelEn = coalesce($labelEn, s.labelEn),
    s.labelOthers = CASE WHEN $labelOthers IS NULL THEN s.labelOthers ELSE $labelOthers +
      [old IN coalesce(s.labelOthers, []) WHERE none(new IN $labelOthers
        WHERE split(new, '=')[0] = split(old, '=')[0])] END
WITH s
CALL (s) {
  OPTIONAL MATCH (s)-[:HAS_VERSION]->(v:SegmentVersion)
  RETURN v AS newest ORDER BY v.n DESC LIMIT 1
}
WITH s, newest,
     CASE WHEN newest.filter = $filter THEN newest.n ELSE coalesce(newest.n, 0) + 1 END AS n
CALL (s, n) {
  MERGE (v:SegmentVersion {key: $key + '#' + toString(n)})
    ON CREATE SET v.n = n, v.filter = $filter, v.members = $members, v.author = $author, v.note = $note, v.at = $at,
                  v.restores = $restores
  MERGE (s)-[:HAS_VERSION]->(v)
  WITH v
  CALL (v) {
    MATCH (d:Dimension) WHERE d.key IN $dimensions
    MERGE (v)-[:USES]->(d)
  }
  CALL (v) {
    MATCH (g:Tag) WHERE g.key IN $tags
    MERGE (v)-[:USES]->(g)
  }
  CALL (v) {
    MATCH (used:Segment) WHERE used.key IN $segments
    MERGE (v)-[:USES]->(used)
  }
}
RETURN n
