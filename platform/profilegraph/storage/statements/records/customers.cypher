UNWIND $rows AS row
WITH row, datetime(row.createdAt) AS createdAt
WHERE createdAt IS NULL OR createdAt <= $now
MERGE (c:Customer {key: row.key})
  ON CREATE SET c.createdAt = $now, c.kind = row.kind, c.cohort = row.cohort,
                c.ordinal = row.ordinal
SET c.createdAt = coalesce(createdAt, c.createdAt), c += row.set
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
