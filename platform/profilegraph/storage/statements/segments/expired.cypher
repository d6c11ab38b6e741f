// A tag that ended by itself has an edge that nobody closed yet, or says that it had expired then.
UNWIND $keys AS key
MATCH (c:Customer {key: key})-[t:TAGGED|WAS_TAGGED]->(g:Tag)
WHERE t.until > $after AND t.until <= $at AND (type(t) = 'TAGGED' OR t.expired)
RETURN key AS customer, collect(g.key) AS tags
