UNWIND $rows AS row
CALL (row) {
  MATCH (c:Customer {key: row.customer})
  SET c.kind = c.kind  // a lock, so that two writers never close a circle; see taggings.cypher
  WITH row, c
  OPTIONAL MATCH (parent:Department {key: row.parent})-[:OF]->(c)
  WITH row, c, parent
  WHERE (row.parent IS NULL OR parent IS NOT NULL)
    AND NOT EXISTS { (parent)-[:PART_OF]->{0,}(:Department {key: row.key}) }
  MERGE (n:Department {key: row.key})
  WITH row, c, parent, n
  OPTIONAL MATCH (n)-[:OF]->(known:Customer)
  WITH row, c, parent, n, known WHERE known IS NULL OR known = c
  SET n += row.set
  FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE (one)-[:OF]->(c))
  WITH row, parent, n
  CALL (row, parent, n) {
    MATCH (n)-[old:PART_OF]->(was)
    WHERE row.moves AND (parent IS NULL OR was <> parent)
    DELETE old
  }
  FOREACH (one IN CASE WHEN parent IS NULL THEN [] ELSE [parent] END | MERGE (n)-[:PART_OF]->(one))
  RETURN row.i AS i
}
WITH collect(i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
