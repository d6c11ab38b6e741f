MATCH (i:OutboxItem)
WHERE i.state = 'WAITING' AND i.dueAt <= $now AND i.kind IN $kinds
  AND coalesce(i.leasedUntil <= $now, true)
RETURN i {.*, members: null} AS item
ORDER BY i.dueAt, i.kind, i.key
