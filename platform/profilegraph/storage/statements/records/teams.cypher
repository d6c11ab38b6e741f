// One writer at a time changes the tree, so that two never close a circle.
MERGE (lock:Lock {key: 'teams'})
SET lock.key = lock.key
WITH lock
UNWIND $rows AS row
CALL (row) {
  OPTIONAL MATCH (parent:Team {key: row.parent})
  WITH row, parent
  WHERE (row.parent IS NULL OR parent IS NOT NULL)
    AND NOT EXISTS { (parent)-[:PART_OF]->{0,}(:Team {key: row.key}) }
  MERGE (n:Team {key: row.key})
  SET n += row.set
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
