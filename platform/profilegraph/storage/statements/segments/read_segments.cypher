MATCH (segment:Segment)
WHERE $keys IS NULL OR segment.key IN $keys
CALL (segment) {
  MATCH (segment)-[:HAS_VERSION]->(v:SegmentVersion)
  WHERE ($version IS NULL OR v.n = $version) AND ($at IS NULL OR v.at <= $at)
  RETURN v AS version ORDER BY v.n DESC LIMIT 1
}
RETURN properties(segment) AS segment, properties(version) AS version,
       CASE WHEN $version IS NULL THEN version.n
            ELSE reduce(most = 0, n IN [(segment)-[:HAS_VERSION]->(v) | v.n]
                        | CASE WHEN n > most THEN n ELSE most END)
       END AS newest
ORDER BY segment.key
