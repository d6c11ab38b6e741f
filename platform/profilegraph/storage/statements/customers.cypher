UNWIND $rows AS row
MERGE (c:Customer {key: row.key})
  ON CREATE SET c.createdAt = $now, c.kind = row.kind, c.cohort = row.cohort,
                c.ordinal = row.ordinal
SET c += row.set
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
