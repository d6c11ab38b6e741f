// {'tags': {'dimension': 'region', 'anyOf': ['china']}}
// $p0 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p1 = ['region/china', 'region/hangzhou', 'region/zhejiang']
(EXISTS { (c)-[t:TAGGED]->(g:Tag) WHERE g.key IN $p1 AND t.since <= $p0 AND (t.until IS NULL OR t.until > $p0) })
