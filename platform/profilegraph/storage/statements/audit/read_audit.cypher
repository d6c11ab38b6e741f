// The newest first, by the index of moments; of equal moments, by their position.
MATCH (e:AuditEntry)
WHERE $since <= e.at AND e.at < $until AND e.at <= $at
  AND (e.at < $at OR e.partition < $partition OR (e.partition = $partition AND e.number < $number))
  AND ($who IS NULL OR $who IN [e.actor, e.principal, e.employee, e.onBehalfOf])
  AND ($kind IS NULL OR e.kind = $kind)
  AND ($operation IS NULL OR e.operation = $operation)
  AND ($target IS NULL OR $target IN e.targets)
  AND ($customer IS NULL OR $customer IN e.customers)
RETURN properties(e) AS entry
ORDER BY e.at DESC, e.partition DESC, e.number DESC
LIMIT $most
