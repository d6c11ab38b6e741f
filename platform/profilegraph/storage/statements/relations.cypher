UNWIND $rows AS row
MATCH (a:Customer {key: row.from})
MATCH (b:Customer {key: row.to})
CALL (row, a, b) {
  WITH row, a, b WHERE row.group
  MERGE (a)-[:SUBSIDIARY_OF]->(b)
}
CALL (row, a, b) {
  WITH row, a, b WHERE NOT row.group
  MERGE (a)-[:RELATED_TO {kind: row.kind}]->(b)
}
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
