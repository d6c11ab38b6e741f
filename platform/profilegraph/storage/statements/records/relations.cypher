// One writer at a time changes who belongs to whom, so that two never close a circle.
MERGE (lock:Lock {key: 'relations'})
SET lock.key = lock.key
WITH lock
UNWIND $rows AS row
CALL (row) {
  MATCH (a:Customer {key: row.from})
  MATCH (b:Customer {key: row.to})
  WHERE NOT row.group OR NOT EXISTS { (b)-[:SUBSIDIARY_OF]->{0,}(a) }
  FOREACH (one IN CASE WHEN row.group THEN [b] ELSE [] END | MERGE (a)-[:SUBSIDIARY_OF]->(one))
  FOREACH (one IN CASE WHEN row.group THEN [] ELSE [b] END |
    MERGE (a)-[:RELATED_TO {kind: row.kind}]->(one)
  )
  RETURN row.i AS i
}
WITH collect(i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
