UNWIND $keys AS key
MATCH (c:Customer {key: key})
RETURN key AS customer, [properties(c)] AS items
