UNWIND $keys AS key
MATCH (n:Channel {key: key})
OPTIONAL MATCH (n)-[:PART_OF]->(parent:Channel)
RETURN key, n.name AS name, parent.key AS parent
