MATCH (s:Segment)-[:WATCHED_BY]->(w:Watch)-[:TOLD_TO]->(h:Webhook)
WHERE ($keys IS NULL OR h.key IN $keys) AND ($segments IS NULL OR s.key IN $segments)
RETURN s.key AS segment, s.owner AS owner, w.key AS watch, properties(h) AS webhook
ORDER BY h.key
