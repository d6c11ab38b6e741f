UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
OPTIONAL MATCH (:Consent {key: row.key})<-[:GAVE]-(known:Customer)
WITH row, c, known WHERE known IS NULL OR known = c
MERGE (n:Consent {key: row.key})
SET n += row.set
MERGE (c)-[:GAVE]->(n)
RETURN collect(row.i) AS done
