// {'eventTotal': {'type': 'purchase', 'total': {'gte': 10.5}}}

// in:
// $q.type = 'purchase'
// $q.first = datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
// $q.until = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
// $q.last = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.channels = None
// $q.content = None
// $q.amount = None
// $q.total.gt = -inf
// $q.total.gte = 105000
// $q.total.lt = inf
// $q.total.lte = inf
// $q.total.among = None
// $q.total.without = []
// $q.holds = True
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
WITH c, collect(coalesce(e.amount, 0)) AS amounts
WITH c, reduce(total = 0, amount IN amounts | total + amount) AS total
WHERE (total > $q.total.gt
AND total >= $q.total.gte
AND total < $q.total.lt
AND total <= $q.total.lte
AND ($q.total.among IS NULL OR total IN $q.total.among)
AND NOT total IN $q.total.without) = $q.holds
RETURN collect(DISTINCT c.ordinal) AS ordinals
