UNWIND $keys AS key
MATCH (c:Customer {key: key})-[came:CAME_FROM]->(n:Channel)
WITH key, came, n ORDER BY came.at, n.key
RETURN key AS customer, collect({channel: n.key, at: came.at}) AS items
