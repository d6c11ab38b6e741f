// {'team': {'teams': ['north'], 'atLeast': 2}}
// $p0 = ['north']
// $p1 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p2 = 2
COUNT { (c)<-[owns:OWNS]-(w:Employee) WHERE (owns.since <= $p1 AND EXISTS { (w)-[:MEMBER_OF]->(:Team)-[:PART_OF]->{0,}(m:Team) WHERE m.key IN $p0 }) } >= $p2
