UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
OPTIONAL MATCH (:Identity {key: row.key})-[:IDENTIFIES]->(known:Customer)
WITH row, c, known WHERE known IS NULL OR known = c
MERGE (i:Identity {key: row.key})
  ON CREATE SET i.kind = row.kind, i.value = row.value
MERGE (i)-[:IDENTIFIES]->(c)
RETURN collect(row.i) AS done
