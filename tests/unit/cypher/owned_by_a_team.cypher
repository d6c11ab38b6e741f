// {'team': {'teams': ['north'], 'atLeast': 2}}

// in:
// $q.first = datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
// $q.until = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
// $q.last = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.teams = ['north']
// $q.exact = False
// $q.least = 2
// $q.most = 9223372036854775807
MATCH (c:Customer)<-[owns:OWNS]-(w:Employee)
WHERE owns.since >= $q.first
AND owns.since < $q.until
AND owns.since <= $q.last
AND EXISTS { (w)-[:MEMBER_OF]->(own:Team)-[:PART_OF]->{0,}(m:Team)
WHERE (NOT $q.exact OR own = m)
AND ($q.teams IS NULL OR m.key IN $q.teams) }
WITH c, count(*) AS times
WHERE $q.least <= times
AND times <= $q.most
RETURN collect(DISTINCT c.ordinal) AS ordinals
