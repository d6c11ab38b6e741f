MATCH (c:AuditChain {key: 'audit'})
SET c.number = $number, c.hash = $hash, c.ends = $ends
CREATE (:AuditSeal {number: $number, hash: $hash, previous: $previous, at: $at, starts: $starts,
  ends: $ends, digests: $digests})
