MATCH (s:AuditSeal)
WHERE $after < s.number <= $upTo AND s.at < $before
RETURN max(s.number) AS number
