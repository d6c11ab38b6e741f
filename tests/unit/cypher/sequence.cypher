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
// $q.within = 604800000000
MATCH (c:Customer)-[:DID]->(e:Event)
WHERE e.type IN [$q.first.type, $q.then.type]
WITH c, e, e.at.epochSeconds * 1000000 + e.at.microsecond AS at
WITH c, collect(CASE WHEN e.type = $q.first.type
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
AND NOT e.amount IN $q.first.amount.without END THEN at END) AS first, collect(CASE WHEN e.type = $q.then.type
AND e.at >= $q.then.first
AND e.at < $q.then.until
AND e.at <= $q.then.last
AND ($q.then.channels IS NULL OR e.channel IN $q.then.channels)
AND CASE WHEN $q.then.content IS NULL THEN true ELSE e.content CONTAINS $q.then.content.contains
AND e.content STARTS
WITH $q.then.content.begin
AND ($q.then.content.among IS NULL OR e.content IN $q.then.content.among)
AND NOT e.content IN $q.then.content.without END
AND CASE WHEN $q.then.amount IS NULL THEN true ELSE e.amount > $q.then.amount.gt
AND e.amount >= $q.then.amount.gte
AND e.amount < $q.then.amount.lt
AND e.amount <= $q.then.amount.lte
AND ($q.then.amount.among IS NULL OR e.amount IN $q.then.amount.among)
AND NOT e.amount IN $q.then.amount.without END THEN at END) AS then
WHERE any(one IN first
WHERE any(other IN then
WHERE one < other
AND other - one <= $q.within))
RETURN collect(DISTINCT c.ordinal) AS ordinals
