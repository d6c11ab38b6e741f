UNWIND $customers AS key
MATCH (c:Customer {key: key})
UNWIND [name IN keys(c) WHERE name STARTS WITH $metrics] AS name
RETURN key, substring(name, size($metrics)), toFloat(c[name])
