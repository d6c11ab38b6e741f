UNWIND $ranges AS range
MATCH (e:AuditEntry) USING INDEX e:AuditEntry(partition, number)
WHERE e.partition = range[0] AND range[1] < e.number <= range[2]
RETURN properties(e) AS entry
ORDER BY e.partition, e.number
