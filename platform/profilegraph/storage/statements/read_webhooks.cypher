MATCH (s:Segment)-[:WATCHED_BY]->(w:Watch)-[:TOLD_TO]->(h:Webhook)
WHERE ($keys IS NULL OR h.key IN $keys) AND ($segments IS NULL OR s.key IN $segments)
  AND ($due IS NULL
    OR (h.active AND h.n <= w.n AND h.dueAt <= $due
      AND (h.heldUntil IS NULL OR h.heldUntil <= $due)))
RETURN s.key AS segment, w.key AS watch, properties(h) AS webhook
ORDER BY h.key
