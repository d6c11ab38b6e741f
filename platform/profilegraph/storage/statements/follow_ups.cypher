UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
OPTIONAL MATCH (by:Employee {key: row.employee})
OPTIONAL MATCH (:FollowUp {key: row.key})<-[:FOLLOWED_UP_BY]-(known:Customer)
WITH row, c, by, known
WHERE (row.employee IS NULL OR by IS NOT NULL) AND (known IS NULL OR known = c)
MERGE (n:FollowUp {key: row.key})
SET n += row.set
MERGE (c)-[:FOLLOWED_UP_BY]->(n)
FOREACH (one IN CASE WHEN by IS NULL THEN [] ELSE [by] END | MERGE (n)-[:BY]->(one))
RETURN collect(row.i) AS done
