// {'event': {'type': 'purchase', 'atLeast': 2, 'atMost': 5, 'window': {'lastDays': 30}}}
// $p0 = 'purchase'
// $p1 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p2 = datetime.datetime(2026, 1, 30, 12, 0, tzinfo=datetime.timezone.utc)
// $p3 = 2
// $p4 = 5
any(many IN [COUNT { (c)-[:DID]->(e:Event) WHERE (e.type = $p0 AND e.at <= $p1 AND e.at > $p2) }] WHERE $p3 <= many <= $p4)
