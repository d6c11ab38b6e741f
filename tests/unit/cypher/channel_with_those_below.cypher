// {'channel': {'channels': ['ads']}}

// in:
// $q.first = datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
// $q.until = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
// $q.last = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.channels = ['ads']
// $q.exact = False
// $q.least = 1
// $q.most = 9223372036854775807
MATCH (c:Customer)-[a:CAME_FROM]->(h:Channel)
WHERE a.at >= $q.first
AND a.at < $q.until
AND a.at <= $q.last
AND ($q.channels IS NULL OR EXISTS { (h)-[:PART_OF]->{0,}(x:Channel)
WHERE (NOT $q.exact OR x = h)
AND x.key IN $q.channels })
WITH c, count(*) AS times
WHERE $q.least <= times
AND times <= $q.most
RETURN collect(DISTINCT c.ordinal) AS ordinals
