// What depends on segments: live evaluation, groups, webhooks.
UNWIND $keys AS key
MATCH (s:Segment {key: key})
OPTIONAL MATCH (s)-[:WATCHED_BY]->(w:Watch)
RETURN s.key AS key,
  coalesce(s.state = 'ACTIVE' AND (w.onChange OR w.schedule IS NOT NULL), false) AS live,
  COUNT { (w)-[:TOLD_TO]->(h:Webhook) WHERE h.state <> 'FAILED' } AS webhooks,
  COLLECT { MATCH (g:SegmentGroup)-[:RANKS]->(s) RETURN g.key ORDER BY g.key } AS groups
