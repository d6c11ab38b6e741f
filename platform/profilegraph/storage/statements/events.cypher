UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
OPTIONAL MATCH (p:DecisionMaker {key: row.person})-[:OF]->(c)
OPTIONAL MATCH (:Event {key: row.key})<-[:DID]-(known:Customer)
WITH row, c, p, known
WHERE (row.person IS NULL OR p IS NOT NULL) AND (known IS NULL OR known = c)
MERGE (e:Event {key: row.key})
SET e += row.set, e.at = datetime(row.at)
MERGE (c)-[:DID]->(e)
FOREACH (one IN CASE WHEN p IS NULL THEN [] ELSE [p] END | MERGE (one)-[:DID]->(e))
RETURN collect(row.i) AS done
