MATCH (source:Segment {key: $source}), (taken:Segment {key: $taken})
CREATE (source)-[:TAKEN {version: $version}]->(taken)
