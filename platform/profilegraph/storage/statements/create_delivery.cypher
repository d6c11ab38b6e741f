MATCH (s:Segment {key: $segment})
CREATE (s)-[:SENT]->(d:Delivery)
SET d = $set
