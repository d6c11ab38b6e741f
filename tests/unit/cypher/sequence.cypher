// {'sequence': {'first': {'type': 'visit'}, 'then': {'type': 'purchase'}, 'withinDays': 7}}
// $p0 = 604800
// $p1 = 'visit'
// $p2 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p3 = 'purchase'
// $p4 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
EXISTS { MATCH (c)-[:DID]->(e:Event), (c)-[:DID]->(f:Event) WHERE e.type = $p1 AND e.at <= $p2 AND f.type = $p3 AND f.at <= $p4 AND e.at < f.at AND f.at <= e.at + duration({seconds: $p0}) }
