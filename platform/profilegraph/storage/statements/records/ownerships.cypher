UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MATCH (n:Employee {key: row.employee})
MERGE (n)-[owns:OWNS]->(c)
  ON CREATE SET owns.since = row.since
SET owns.since = CASE WHEN row.since < owns.since THEN row.since ELSE owns.since END
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
