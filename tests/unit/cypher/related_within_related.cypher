// {'related': {'kinds': ['PARENT'], 'distance': 3, 'where': {'related': {'kinds': ['PARTNER', 'SUBSIDIARY'], 'atLeast': 2, 'where': {'people': {'where': {'did': {'type': 'visit'}}}}}}}}
// $p0 = 'visit'
// $p1 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p2 = 2
EXISTS { MATCH (c)-[:SUBSIDIARY_OF]->{1,3}(c1:Customer) WHERE c1 <> c AND NOT EXISTS { (c1)-[:MERGED_INTO]->() } AND COUNT { MATCH (c1)((x1)-[r1:SUBSIDIARY_OF|RELATED_TO]-(y1) WHERE type(r1) = 'RELATED_TO' OR startNode(r1) = y1){1,1}(c2:Customer) WHERE c2 <> c1 AND NOT EXISTS { (c2)-[:MERGED_INTO]->() } AND EXISTS { (c2)<-[:OF]-(p2:DecisionMaker) WHERE (EXISTS { (p2)-[:DID]->(e2:Event) WHERE (e2.type = $p0 AND e2.at <= $p1) }) } RETURN DISTINCT c2 } >= $p2 }
