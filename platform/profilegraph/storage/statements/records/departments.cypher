UNWIND $rows AS row
CALL (row) {
  MATCH (c:Customer {key: row.customer})
  SET c.kind = c.kind  // a lock, so that two writers never close a circle; see taggings.cypher
  WITH row, c, coalesce(datetime(row.since), $now) AS moment
  WHERE moment <= $now
  OPTIONAL MATCH (parent:Department {key: row.parent})-[:OF]->(c)
  WITH row, c, parent, moment
  WHERE (row.parent IS NULL OR parent IS NOT NULL)
    AND NOT EXISTS { (parent)-[:PART_OF]->{0,}(:Department {key: row.key}) }
  MERGE (n:Department {key: row.key})
    ON CREATE SET n.since = moment
  WITH row, c, parent, n, moment
  OPTIONAL MATCH (n)-[:OF]->(known:Customer)
  WITH row, c, parent, n, known, moment, properties(n) AS past
  // What is told of an earlier moment is not written over what is known of a later one.
  WHERE (known IS NULL OR known = c)
    AND (row.since IS NULL
         OR coalesce(past.since <= moment, true)
            AND NOT EXISTS { MATCH (n)-[newer:PART_OF]->() WHERE newer.since > moment })
  SET n += row.set
  FOREACH (one IN CASE WHEN known IS NULL THEN [n] ELSE [] END | CREATE (one)-[:OF]->(c))
  FOREACH (one IN CASE WHEN known IS NOT NULL AND properties(n) <> past
                            AND coalesce(past.since < moment, true) THEN [n] ELSE [] END |
    CREATE (one)-[:WAS]->(was:State)
    SET was = past, was.until = moment, one.since = moment
  )
  WITH row, parent, n, moment
  CALL (row, parent, n, moment) {
    MATCH (n)-[old:PART_OF]->(was)
    WHERE row.moves AND (parent IS NULL OR was <> parent)
    FOREACH (one IN CASE WHEN coalesce(old.since < moment, true) THEN [was] ELSE [] END |
      CREATE (n)-[:WAS_PART_OF {since: old.since, until: moment}]->(one)
    )
    DELETE old
  }
  FOREACH (one IN CASE WHEN parent IS NULL THEN [] ELSE [parent] END |
    MERGE (n)-[new:PART_OF]->(one)
      ON CREATE SET new.since = moment
  )
  RETURN row.i AS i
}
WITH collect(i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
