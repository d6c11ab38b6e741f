// It begins with the next move; one that is there already goes on where it was. The watch is locked
// before its number is read: a move that is recorded meanwhile is either before the webhook or told.
MATCH (:Segment {key: $segment})-[:WATCHED_BY]->(w:Watch)
SET w.key = w.key
MERGE (h:Webhook {key: $key})
  ON CREATE SET h:OutboxItem, h += $item, h.url = $url, h.secret = $secret, h.n = w.n + 1,
    h.part = 0, h.new = true
WITH w, h, coalesce(h.new, false) AS new
REMOVE h.new
MERGE (w)-[:TOLD_TO]->(h)
WITH w, h, new, h.url <> $url AS moved
// What is on its way to the old address does not count any more.
FOREACH (_ IN CASE WHEN moved THEN [1] ELSE [] END |
  SET h.url = $url, h.turn = h.turn + 1
  REMOVE h.leasedUntil
)
RETURN new, EXISTS { MATCH (o:Watch)-[:TOLD_TO]->(h) WHERE o <> w } AS others
