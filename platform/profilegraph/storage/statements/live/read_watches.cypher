// Without keys: those of all segments that are to be evaluated.
MATCH (s:Segment)-[:WATCHED_BY]->(w:Watch)
WHERE CASE
  WHEN $segments IS NULL THEN s.state = 'ACTIVE' AND (w.onChange OR w.schedule IS NOT NULL)
  ELSE s.key IN $segments
END
RETURN s.key AS segment, w.key AS key, w.onChange AS onChange, w.schedule AS schedule, w.n AS n,
  w.size AS size, w.at AS at, w.ranAt AS ranAt, w.definition AS definition, w.heads AS heads,
  w.problem AS problem, s.owner AS owner
ORDER BY segment
