// {'attribute': {'key': 'employees', 'number': {'gte': 10, 'lt': 50}}}
// $p0 = 'attribute_employees'
// $p1 = 50.0
// $p2 = 10.0
coalesce(c[$p0] < $p1 AND c[$p0] >= $p2, false)
