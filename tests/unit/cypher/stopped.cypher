// {'stopped': {'type': 'visit', 'did': {'lastDays': 90}, 'didNot': {'lastDays': 30}}}
// $p0 = 'visit'
// $p1 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p2 = datetime.datetime(2025, 12, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p3 = 'visit'
// $p4 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p5 = datetime.datetime(2026, 1, 30, 12, 0, tzinfo=datetime.timezone.utc)
// $p6 = 1
(COUNT { (c)-[:DID]->(e:Event) WHERE e.type = $p0 AND e.at <= $p1 AND e.at > $p2 } >= $p6 AND NOT EXISTS { (c)-[:DID]->(e:Event) WHERE e.type = $p3 AND e.at <= $p4 AND e.at > $p5 })
