// {'tags': {'dimension': 'hobby', 'allOf': ['golf', 'fishing'], 'noneOf': ['golf'], 'minConfidence': 0.5, 'weekday': 6, 'taggedWithinDays': 7}}
// $p0 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p1 = 0.5
// $p2 = datetime.datetime(2026, 2, 22, 12, 0, tzinfo=datetime.timezone.utc)
// $p3 = 6
// $p4 = ['hobby/golf']
// $p5 = ['hobby/fishing']
// $p6 = ['hobby/golf']
(EXISTS { (c)-[t:TAGGED]->(g:Tag) WHERE g.key IN $p4 AND t.since <= $p0 AND (t.until IS NULL OR t.until > $p0) AND t.confidence >= $p1 AND t.since > $p2 AND $p3 IN t.weekdays } AND EXISTS { (c)-[t:TAGGED]->(g:Tag) WHERE g.key IN $p5 AND t.since <= $p0 AND (t.until IS NULL OR t.until > $p0) AND t.confidence >= $p1 AND t.since > $p2 AND $p3 IN t.weekdays } AND NOT EXISTS { (c)-[t:TAGGED]->(g:Tag) WHERE g.key IN $p6 AND t.since <= $p0 AND (t.until IS NULL OR t.until > $p0) AND t.confidence >= $p1 AND t.since > $p2 AND $p3 IN t.weekdays })
