UNWIND $ranges AS range
MATCH (e:AuditEntry) USING INDEX e:AuditEntry(partition, number)
WHERE e.partition = range[0] AND range[1] < e.number <= range[2]
RETURN range[0] AS partition, collect([e.number, e.digest]) AS digests, max(e.at) AS newest
