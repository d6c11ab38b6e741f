MATCH (s:AuditSeal)
WHERE $after < s.number <= $upTo
RETURN properties(s) AS seal
ORDER BY s.number
