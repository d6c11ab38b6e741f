UNWIND $customers AS key
MATCH (c:Customer {key: key})
UNWIND [name IN keys(c) WHERE name STARTS WITH $attributes] AS name
RETURN key, substring(name, size($attributes)), c[name]
