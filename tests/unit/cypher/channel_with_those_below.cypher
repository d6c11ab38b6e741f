// {'channel': {'channels': ['ads']}}
// $p0 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p1 = ['ads']
EXISTS { (c)-[a:CAME_FROM]->(h:Channel) WHERE (a.at <= $p0 AND EXISTS { (h)-[:PART_OF]->{0,}(x:Channel) WHERE x.key IN $p1 }) }
