UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MERGE (n:Consent {key: row.key})
WITH row, c, n
// Of two writers that bring the same key at once, the second one finds here what the first one made.
OPTIONAL MATCH (n)<-[:GAVE]-(known:Customer)
WITH row, c, n, known WHERE known IS NULL OR known = c
SET n += row.set
FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE (one)<-[:GAVE]-(c))
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
