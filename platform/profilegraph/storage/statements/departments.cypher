UNWIND $rows AS row
CALL (row) {
  MATCH (c:Customer {key: row.customer})
  OPTIONAL MATCH (parent:Department {key: row.parent})-[:OF]->(c)
  OPTIONAL MATCH (:Department {key: row.key})-[:OF]->(known:Customer)
  WITH row, c, parent
  WHERE (row.parent IS NULL OR parent IS NOT NULL) AND (known IS NULL OR known = c)
    AND NOT EXISTS { (parent)-[:PART_OF]->{0,}(:Department {key: row.key}) }
  MERGE (n:Department {key: row.key})
  SET n += row.set
  MERGE (n)-[:OF]->(c)
  WITH row, parent, n
  CALL (row, parent, n) {
    MATCH (n)-[old:PART_OF]->(was)
    WHERE row.moves AND (parent IS NULL OR was <> parent)
    DELETE old
  }
  FOREACH (one IN CASE WHEN parent IS NULL THEN [] ELSE [parent] END | MERGE (n)-[:PART_OF]->(one))
  RETURN row.i AS i
}
RETURN collect(i) AS done
