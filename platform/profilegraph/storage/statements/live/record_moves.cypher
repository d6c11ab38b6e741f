// The lock is taken before the number is read: of two that evaluated at once, one finds it gone on.
MATCH (w:Watch {key: $key})
SET w.key = w.key
WITH w WHERE w.n = $n
SET w.n = $n + size($moves), w.size = $size, w.at = $at, w.definition = $definition,
  w.heads = $heads, w.problem = null, w.ranAt = $ranAt,
  w.members = coalesce($members, w.members),
  w.base = CASE WHEN $members IS NULL THEN w.base ELSE w.n END
FOREACH (move IN $moves |
  CREATE (w)-[:RECORDED]->(m:Move {watch: $key, n: move.n})
  SET m.at = $at, m.cause = move.cause, m.entered = move.entered, m.left = move.left
)
WITH w
CALL (w) {
  MATCH (w)-[:TOLD_TO]->(h:Webhook) WHERE size($moves) > 0
  SET h.key = h.key
  WITH h WHERE h.state = 'SENT'
  SET h.state = 'WAITING'
}
RETURN w.n AS n
