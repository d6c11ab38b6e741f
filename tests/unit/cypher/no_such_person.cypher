// {'people': {'atMost': 0, 'where': {'roles': ['DECIDER'], 'department': {'functions': ['IT']}, 'chainDepth': {'lte': 1}, 'did': {'type': 'visit'}, 'takesPartIn': {'roles': ['DECIDER'], 'where': {'outcomes': ['OPEN']}}}}}
// $p0 = ['DECIDER']
// $p1 = ['IT']
// $p2 = 1.0
// $p3 = 'visit'
// $p4 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p5 = ['OPEN']
// $p6 = ['DECIDER']
NOT EXISTS { (c)<-[:OF]-(p:DecisionMaker) WHERE (p.role IN $p0 AND EXISTS { (p)-[:WORKS_IN]->(:Department)-[:PART_OF]->{0,}(d:Department) WHERE d.function IN $p1 } AND COUNT { (p)-[:REPORTS_TO]->{1,}() } <= $p2 AND EXISTS { (p)-[:DID]->(e:Event) WHERE (e.type = $p3 AND e.at <= $p4) } AND EXISTS { (p)-[part:TAKES_PART_IN]->(o:Opportunity) WHERE (o.outcome IN $p5 AND part.role IN $p6) }) }
