// {'sequence': {'first': {'type': 'visit'}, 'then': {'type': 'purchase'}, 'withinDays': 7}}

// in:
// $q.first.type = 'visit'
// $q.first.first = datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
// $q.first.until = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
// $q.first.last = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.first.channels = None
// $q.first.content = None
// $q.first.amount = None
// $q.then.type = 'purchase'
// $q.then.first = datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
// $q.then.until = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
// $q.then.last = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.then.channels = None
// $q.then.content = None
// $q.then.amount = None
// $q.seconds = 604800
MATCH (c:Customer)-[:DID]->(e:Event)
WHERE e.type = $q.first.type
AND e.at >= $q.first.first
AND e.at < $q.first.until
AND e.at <= $q.first.last
AND ($q.first.channels IS NULL OR e.channel IN $q.first.channels)
AND CASE WHEN $q.first.content IS NULL THEN true ELSE e.content CONTAINS $q.first.content.contains
AND e.content STARTS
WITH $q.first.content.begin
AND ($q.first.content.among IS NULL OR e.content IN $q.first.content.among)
AND NOT e.content IN $q.first.content.without END
AND CASE WHEN $q.first.amount IS NULL THEN true ELSE e.amount > $q.first.amount.gt
AND e.amount >= $q.first.amount.gte
AND e.amount < $q.first.amount.lt
AND e.amount <= $q.first.amount.lte
AND ($q.first.amount.among IS NULL OR e.amount IN $q.first.amount.among)
AND NOT e.amount IN $q.first.amount.without END
MATCH (c)-[:DID]->(f:Event)
WHERE f.type = $q.then.type
AND f.at >= $q.then.first
AND f.at < $q.then.until
AND f.at <= $q.then.last
AND ($q.then.channels IS NULL OR f.channel IN $q.then.channels)
AND CASE WHEN $q.then.content IS NULL THEN true ELSE f.content CONTAINS $q.then.content.contains
AND f.content STARTS
WITH $q.then.content.begin
AND ($q.then.content.among IS NULL OR f.content IN $q.then.content.among)
AND NOT f.content IN $q.then.content.without END
AND CASE WHEN $q.then.amount IS NULL THEN true ELSE f.amount > $q.then.amount.gt
AND f.amount >= $q.then.amount.gte
AND f.amount < $q.then.amount.lt
AND f.amount <= $q.then.amount.lte
AND ($q.then.amount.among IS NULL OR f.amount IN $q.then.amount.among)
AND NOT f.amount IN $q.then.amount.without END
AND e.at < f.at
AND f.at <= e.at + duration({seconds: $q.seconds})
RETURN collect(DISTINCT c.ordinal) AS ordinals
