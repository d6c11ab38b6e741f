// The webhook is locked: a move that is recorded from now on waits, and wakes it.
MATCH (w:Watch)-[:TOLD_TO]->(h:Webhook {key: $key})
SET h.n = $n, h.part = $part, h.attempts = 0,
  h.state = CASE WHEN $n <= w.n THEN 'WAITING' ELSE 'SENT' END
RETURN h.state = 'WAITING' AS more
