// Entries that no transaction can have written: in no partition, beyond its last number, or before
// the cut.
MATCH (e:AuditEntry)
OPTIONAL MATCH (p:AuditPartition {number: e.partition})
WITH e, coalesce(p.last, 0) AS last
WHERE NOT e.partition IN range(0, $partitions - 1)
  OR (e.number > last AND e.number > $ends[e.partition])
  OR e.number <= $cut[e.partition]
RETURN e.partition AS partition, e.number AS number
ORDER BY partition, number
LIMIT $most
