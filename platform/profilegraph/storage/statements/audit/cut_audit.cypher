// The chain begins after the last deleted seal, whose hash it keeps.
MATCH (c:AuditChain {key: 'audit'})
SET c.cutNumber = $number, c.cutHash = $hash, c.cutEnds = $ends
WITH c
CALL () {
  UNWIND $ranges AS range
  MATCH (e:AuditEntry) USING INDEX e:AuditEntry(partition, number)
  WHERE e.partition = range[0] AND range[1] < e.number <= range[2]
  DELETE e
  RETURN count(*) AS deleted
}
CALL () {
  MATCH (s:AuditSeal) WHERE $after < s.number <= $number
  DELETE s
}
RETURN deleted
