// All that was said and is said of customers, past and present, as it lies in the graph.
UNWIND $keys AS key
MATCH (c:Customer {key: key})-[t:TAGGED|WAS_TAGGED|WAS_SAID]->(g:Tag)
RETURN key AS customer, g.key AS tag, type(t) AS type, properties(t) AS properties
