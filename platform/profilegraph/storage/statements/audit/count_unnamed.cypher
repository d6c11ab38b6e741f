// Entries that may be about a customer, and have only the number of their customers.
MATCH (e:AuditEntry)
WHERE $since <= e.at AND e.at < $until AND e.customerCount > size(coalesce(e.customers, []))
  AND ($who IS NULL OR $who IN [e.actor, e.principal, e.employee, e.onBehalfOf])
  AND ($kind IS NULL OR e.kind = $kind)
  AND ($operation IS NULL OR e.operation = $operation)
  AND ($target IS NULL OR $target IN e.targets)
RETURN count(e) AS unnamed
