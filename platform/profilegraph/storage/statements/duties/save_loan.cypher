OPTIONAL MATCH (d:Dimension {key: $dimension})
OPTIONAL MATCH (e:Employee {key: $employee})
OPTIONAL MATCH (t:Team {key: $team})
WITH d, coalesce(e, t) AS borrower
CALL (d, borrower) {
  WITH d, borrower WHERE d IS NOT NULL AND borrower IS NOT NULL
  CREATE (l:DutyLoan {key: $key})
  SET l += $set
  CREATE (l)-[:LENDS]->(d)
  CREATE (l)-[:LENT_TO]->(borrower)
}
RETURN d IS NOT NULL AS dimension, borrower IS NOT NULL AS borrower
