// {'eventTotal': {'type': 'purchase', 'total': {'gte': 10.5}}}
// $p0 = 'purchase'
// $p1 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p2 = 105000
any(total IN [reduce(total = 0, part IN [(c)-[:DID]->(e:Event) WHERE e.type = $p0 AND e.at <= $p1 | coalesce(e.amount, 0)] | total + part)] WHERE total >= $p2)
