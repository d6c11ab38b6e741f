MATCH (s:Segment {key: $segment})
CREATE (s)-[:SENT]->(d:Delivery:OutboxItem)
SET d = $set
