MATCH (l:DutyLoan)-[:LENDS]->(d:Dimension)
WHERE ($key IS NULL OR l.key = $key)
  AND ($dimensions IS NULL OR d.key IN $dimensions)
  AND ($now IS NULL OR (l.endedAt IS NULL AND l.until > $now))
// One whose borrower is gone is nobody's any more.
OPTIONAL MATCH (l)-[:LENT_TO]->(e:Employee)
OPTIONAL MATCH (l)-[:LENT_TO]->(t:Team)
RETURN properties(l) AS loan, d.key AS dimension, e.key AS employee, t.key AS team
ORDER BY l.since DESC, l.key
