// {'event': {'type': 'purchase', 'atLeast': 2, 'atMost': 5, 'window': {'lastDays': 30}}}

// in:
// $q.type = 'purchase'
// $q.first = datetime.datetime(2026, 1, 30, 12, 0, 0, 1, tzinfo=datetime.timezone.utc)
// $q.until = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
// $q.last = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.channels = None
// $q.content = None
// $q.amount = None
// $q.least = 2
// $q.most = 5
MATCH (c:Customer)-[:DID]->(e:Event)
WHERE e.type = $q.type
AND e.at >= $q.first
AND e.at < $q.until
AND e.at <= $q.last
AND ($q.channels IS NULL OR e.channel IN $q.channels)
AND CASE WHEN $q.content IS NULL THEN true ELSE e.content CONTAINS $q.content.contains
AND e.content STARTS
WITH $q.content.begin
AND ($q.content.among IS NULL OR e.content IN $q.content.among)
AND NOT e.content IN $q.content.without END
AND CASE WHEN $q.amount IS NULL THEN true ELSE e.amount > $q.amount.gt
AND e.amount >= $q.amount.gte
AND e.amount < $q.amount.lt
AND e.amount <= $q.amount.lte
AND ($q.amount.among IS NULL OR e.amount IN $q.amount.among)
AND NOT e.amount IN $q.amount.without END
WITH c, count(*) AS times
WHERE $q.least <= times
AND times <= $q.most
RETURN collect(DISTINCT c.ordinal) AS ordinals
