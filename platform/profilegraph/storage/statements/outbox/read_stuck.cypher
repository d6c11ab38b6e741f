// What was given up, what an attempt was made of in vain, and what waits although nobody sends it.
MATCH (i:OutboxItem)
WHERE i.state = 'FAILED'
  OR (i.state = 'WAITING' AND coalesce(i.leasedUntil <= $now, true)
    AND (i.problem IS NOT NULL OR i.dueAt <= $overdue))
RETURN i {.*, members: null} AS item,
  head(COLLECT { MATCH (s:Segment)-[:SENT|WATCHED_BY|TOLD_TO*1..2]->(i) RETURN s.key }) AS segment
ORDER BY i.state, i.dueAt, i.kind, i.key
