// {'attribute': {'key': 'employees', 'number': {'gte': 10, 'lt': 50}}}

// in:
// $q.property = 'attribute_employees'
// $q.test.gt = -inf
// $q.test.gte = 10.0
// $q.test.lt = 50.0
// $q.test.lte = inf
// $q.test.among = None
// $q.test.without = []
MATCH (c:Customer)
WITH c, c[$q.property] AS value
WHERE value > $q.test.gt
AND value >= $q.test.gte
AND value < $q.test.lt
AND value <= $q.test.lte
AND ($q.test.among IS NULL OR value IN $q.test.among)
AND NOT value IN $q.test.without
RETURN collect(DISTINCT c.ordinal) AS ordinals
