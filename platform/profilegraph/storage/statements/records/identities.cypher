UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MERGE (i:Identity {key: row.key})
  ON CREATE SET i.kind = row.kind, i.value = row.value
WITH row, c, i
// Of two writers that bring the same key at once, the second one finds here what the first one made.
OPTIONAL MATCH (i)-[:IDENTIFIES]->(known:Customer)
WITH row, c, i, known WHERE known IS NULL OR known = c
FOREACH (one IN CASE WHEN known IS NULL THEN [i] ELSE [] END | CREATE (one)-[:IDENTIFIES]->(c))
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
