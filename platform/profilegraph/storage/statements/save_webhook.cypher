// It begins with the next move; one that is there already goes on where it was.
MATCH (:Segment {key: $segment})-[:WATCHED_BY]->(w:Watch)
MERGE (h:Webhook {key: $key})
  ON CREATE SET h.secret = $secret, h.n = w.n + 1, h.part = 0, h.new = true
WITH w, h, coalesce(h.new, false) AS new
SET h.url = $url, h.active = true, h.attempts = 0, h.dueAt = $now, h.problem = null
REMOVE h.new
MERGE (w)-[:TOLD_TO]->(h)
RETURN new, EXISTS { MATCH (o:Watch)-[:TOLD_TO]->(h) WHERE o <> w } AS others
