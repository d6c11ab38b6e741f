// {'consent': {'purposes': ['email']}}

// in:
// $q.first = datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
// $q.until = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
// $q.last = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.granted = True
// $q.purposes = ['email']
// $q.least = 1
// $q.most = 9223372036854775807
MATCH (c:Customer)-[:GAVE]->(k:Consent)
WHERE k.granted = $q.granted
AND k.at >= $q.first
AND k.at < $q.until
AND k.at <= $q.last
AND ($q.purposes IS NULL OR k.purpose IN $q.purposes)
AND NOT EXISTS { (c)-[:GAVE]->(n:Consent)
WHERE n.purpose = k.purpose
AND n.at <= $q.last
AND (n.at > k.at OR (n.at = k.at
AND k.granted
AND NOT n.granted)) }
WITH DISTINCT c, k.purpose AS purpose
WITH c, count(*) AS times
WHERE $q.least <= times
AND times <= $q.most
RETURN collect(DISTINCT c.ordinal) AS ordinals
