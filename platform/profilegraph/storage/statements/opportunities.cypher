UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
OPTIONAL MATCH (:Opportunity {key: row.key})<-[:HAS]-(known:Customer)
WITH row, c, known WHERE known IS NULL OR known = c
MERGE (n:Opportunity {key: row.key})
  ON CREATE SET n.outcome = row.outcome
SET n += row.set
MERGE (c)-[:HAS]->(n)
RETURN collect(row.i) AS done
