// {'tags': {'dimension': 'hobby', 'allOf': ['golf', 'fishing'], 'noneOf': ['golf'], 'minConfidence': 0.5, 'weekday': 6, 'taggedWithinDays': 7}}

// in:
// $q.now = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.confidence = 0.5
// $q.weight = None
// $q.source = None
// $q.after = datetime.datetime(2026, 2, 22, 12, 0, tzinfo=datetime.timezone.utc)
// $q.weekday = 6
// $q.keys = ['hobby/golf']
MATCH (c:Customer)-[t:TAGGED]->(g:Tag)
WHERE g.key IN $q.keys
AND t.since <= $q.now
AND coalesce(t.until > $q.now, true)
AND ($q.confidence IS NULL OR t.confidence >= $q.confidence)
AND ($q.weight IS NULL OR t.weight >= $q.weight)
AND ($q.source IS NULL OR t.source = $q.source)
AND t.since > $q.after
AND ($q.weekday IS NULL OR $q.weekday IN t.weekdays)
RETURN collect(DISTINCT c.ordinal) AS ordinals

// in:
// $q.now = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.confidence = 0.5
// $q.weight = None
// $q.source = None
// $q.after = datetime.datetime(2026, 2, 22, 12, 0, tzinfo=datetime.timezone.utc)
// $q.weekday = 6
// $q.keys = ['hobby/fishing']
MATCH (c:Customer)-[t:TAGGED]->(g:Tag)
WHERE g.key IN $q.keys
AND t.since <= $q.now
AND coalesce(t.until > $q.now, true)
AND ($q.confidence IS NULL OR t.confidence >= $q.confidence)
AND ($q.weight IS NULL OR t.weight >= $q.weight)
AND ($q.source IS NULL OR t.source = $q.source)
AND t.since > $q.after
AND ($q.weekday IS NULL OR $q.weekday IN t.weekdays)
RETURN collect(DISTINCT c.ordinal) AS ordinals

// not in:
// $q.now = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.confidence = 0.5
// $q.weight = None
// $q.source = None
// $q.after = datetime.datetime(2026, 2, 22, 12, 0, tzinfo=datetime.timezone.utc)
// $q.weekday = 6
// $q.keys = ['hobby/golf']
MATCH (c:Customer)-[t:TAGGED]->(g:Tag)
WHERE g.key IN $q.keys
AND t.since <= $q.now
AND coalesce(t.until > $q.now, true)
AND ($q.confidence IS NULL OR t.confidence >= $q.confidence)
AND ($q.weight IS NULL OR t.weight >= $q.weight)
AND ($q.source IS NULL OR t.source = $q.source)
AND t.since > $q.after
AND ($q.weekday IS NULL OR $q.weekday IN t.weekdays)
RETURN collect(DISTINCT c.ordinal) AS ordinals
