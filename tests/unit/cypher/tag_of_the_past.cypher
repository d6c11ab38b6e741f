// {'tags': {'dimension': 'region', 'anyOf': ['china']}}

// in:
// $q.now = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.confidence = None
// $q.weight = None
// $q.source = None
// $q.after = datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
// $q.weekday = None
// $q.keys = ['region/china', 'region/hangzhou', 'region/zhejiang']
MATCH (c:Customer)-[t:TAGGED|WAS_TAGGED|WAS_SAID]->(g:Tag)
WHERE g.key IN $q.keys
AND t.since <= $q.now
AND coalesce(t.until > $q.now, true)
AND coalesce(t.said, t.since) <= $q.now
AND ($q.confidence IS NULL OR t.confidence >= $q.confidence)
AND ($q.weight IS NULL OR t.weight >= $q.weight)
AND ($q.source IS NULL OR t.source = $q.source)
AND t.since > $q.after
AND ($q.weekday IS NULL OR $q.weekday IN t.weekdays)
RETURN collect(DISTINCT c.ordinal) AS ordinals
