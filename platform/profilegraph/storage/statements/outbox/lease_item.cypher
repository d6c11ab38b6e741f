// The lock is taken before anything is read: of two that lease at once, one finds it gone.
MATCH (i:OutboxItem {kind: $kind, key: $key})
SET i.key = i.key
WITH i
WHERE i.state = 'WAITING' AND i.turn = $turn AND coalesce(i.leasedUntil <= $now, true)
SET i.turn = i.turn + 1, i.leasedUntil = $until, i.attemptedAt = $now
RETURN i.turn AS turn
