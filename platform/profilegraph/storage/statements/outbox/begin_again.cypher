MATCH (i:OutboxItem {kind: $kind, key: $key})
SET i.key = i.key
WITH i
WHERE i.state <> 'SENT' AND coalesce(i.leasedUntil <= $now, true)
SET i.state = 'WAITING', i.attempts = 0, i.dueAt = $now, i.problem = null
