// {'people': {'atMost': 0, 'where': {'roles': ['DECIDER'], 'department': {'functions': ['IT']}, 'chainDepth': {'lte': 1}, 'did': {'type': 'visit'}, 'takesPartIn': {'roles': ['DECIDER'], 'where': {'outcomes': ['OPEN']}}}}}

// not in:
// $q.now = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.roles = ['DECIDER']
// $q.title = None
// $q.influence = None
// $q.stance = None
// $q.depth.gt = -inf
// $q.depth.gte = -inf
// $q.depth.lt = inf
// $q.depth.lte = 1.0
// $q.depth.among = None
// $q.depth.without = []
// $q.department.functions = ['IT']
// $q.department.name = None
// $q.department.exact = False
// $q.did.type = 'visit'
// $q.did.first = datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
// $q.did.until = datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)
// $q.did.last = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $q.did.channels = None
// $q.did.content = None
// $q.did.amount = None
// $q.did.least = 1
// $q.did.most = 9223372036854775807
// $q.part.roles = ['DECIDER']
// $q.part.where.stages = None
// $q.part.where.outcomes = ['OPEN']
// $q.part.where.name = None
// $q.part.where.amount = None
// $q.part.where.closes = None
// $q.part.where.reason = None
// $q.least = 1
// $q.most = 9223372036854775807
MATCH (c:Customer)<-[:OF]-(who:DecisionMaker)
WITH c, who, who AS p
WHERE ($q.roles IS NULL OR p.role IN $q.roles)
AND CASE WHEN $q.title IS NULL THEN true ELSE p.title CONTAINS $q.title.contains
AND p.title STARTS
WITH $q.title.begin
AND ($q.title.among IS NULL OR p.title IN $q.title.among)
AND NOT p.title IN $q.title.without END
AND CASE WHEN $q.influence IS NULL THEN true ELSE p.influence > $q.influence.gt
AND p.influence >= $q.influence.gte
AND p.influence < $q.influence.lt
AND p.influence <= $q.influence.lte
AND ($q.influence.among IS NULL OR p.influence IN $q.influence.among)
AND NOT p.influence IN $q.influence.without END
AND CASE WHEN $q.stance IS NULL THEN true ELSE p.stance > $q.stance.gt
AND p.stance >= $q.stance.gte
AND p.stance < $q.stance.lt
AND p.stance <= $q.stance.lte
AND ($q.stance.among IS NULL OR p.stance IN $q.stance.among)
AND NOT p.stance IN $q.stance.without END
AND CASE WHEN $q.depth IS NULL THEN true ELSE any(depth IN [COUNT { (who)-[:REPORTS_TO]->{1,}() }]
WHERE depth > $q.depth.gt
AND depth >= $q.depth.gte
AND depth < $q.depth.lt
AND depth <= $q.depth.lte
AND ($q.depth.among IS NULL OR depth IN $q.depth.among)
AND NOT depth IN $q.depth.without) END
AND CASE WHEN $q.department IS NULL THEN true ELSE EXISTS {
MATCH (who)-[works:WORKS_IN]->(own:Department)-[:PART_OF]->{0,}(above:Department)
WITH own, above, above AS d
WHERE (NOT $q.department.exact OR own = above)
AND ($q.department.functions IS NULL OR d.function IN $q.department.functions)
AND CASE WHEN $q.department.name IS NULL THEN true ELSE d.name CONTAINS $q.department.name.contains
AND d.name STARTS
WITH $q.department.name.begin
AND ($q.department.name.among IS NULL OR d.name IN $q.department.name.among)
AND NOT d.name IN $q.department.name.without END } END
AND CASE WHEN $q.did IS NULL THEN true ELSE any(times IN [COUNT { (who)-[:DID]->(e:Event)
WHERE e.type = $q.did.type
AND e.at >= $q.did.first
AND e.at < $q.did.until
AND e.at <= $q.did.last
AND ($q.did.channels IS NULL OR e.channel IN $q.did.channels)
AND CASE WHEN $q.did.content IS NULL THEN true ELSE e.content CONTAINS $q.did.content.contains
AND e.content STARTS
WITH $q.did.content.begin
AND ($q.did.content.among IS NULL OR e.content IN $q.did.content.among)
AND NOT e.content IN $q.did.content.without END
AND CASE WHEN $q.did.amount IS NULL THEN true ELSE e.amount > $q.did.amount.gt
AND e.amount >= $q.did.amount.gte
AND e.amount < $q.did.amount.lt
AND e.amount <= $q.did.amount.lte
AND ($q.did.amount.among IS NULL OR e.amount IN $q.did.amount.among)
AND NOT e.amount IN $q.did.amount.without END }]
WHERE $q.did.least <= times
AND times <= $q.did.most) END
AND CASE WHEN $q.part IS NULL THEN true ELSE EXISTS { (who)-[part:TAKES_PART_IN]->(o:Opportunity)
WHERE ($q.part.roles IS NULL OR part.role IN $q.part.roles)
AND ($q.part.where.stages IS NULL OR o.stage IN $q.part.where.stages)
AND ($q.part.where.outcomes IS NULL OR o.outcome IN $q.part.where.outcomes)
AND CASE WHEN $q.part.where.name IS NULL THEN true ELSE o.name CONTAINS $q.part.where.name.contains
AND o.name STARTS
WITH $q.part.where.name.begin
AND ($q.part.where.name.among IS NULL OR o.name IN $q.part.where.name.among)
AND NOT o.name IN $q.part.where.name.without END
AND CASE WHEN $q.part.where.amount IS NULL THEN true ELSE o.amount > $q.part.where.amount.gt
AND o.amount >= $q.part.where.amount.gte
AND o.amount < $q.part.where.amount.lt
AND o.amount <= $q.part.where.amount.lte
AND ($q.part.where.amount.among IS NULL OR o.amount IN $q.part.where.amount.among)
AND NOT o.amount IN $q.part.where.amount.without END
AND CASE WHEN $q.part.where.closes IS NULL THEN true ELSE o.closeDate >= $q.part.where.closes.first
AND o.closeDate <= $q.part.where.closes.last
AND NOT o.closeDate IN $q.part.where.closes.without END
AND CASE WHEN $q.part.where.reason IS NULL THEN true ELSE o.reason CONTAINS $q.part.where.reason.contains
AND o.reason STARTS
WITH $q.part.where.reason.begin
AND ($q.part.where.reason.among IS NULL OR o.reason IN $q.part.where.reason.among)
AND NOT o.reason IN $q.part.where.reason.without END } END
WITH c, count(*) AS times
WHERE $q.least <= times
AND times <= $q.most
RETURN collect(DISTINCT c.ordinal) AS ordinals
