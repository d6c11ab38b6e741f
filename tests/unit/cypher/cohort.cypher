// {'cohort': {'salt': 'spring', 'to': 0.1}}

// in:
// $q.c0 = 1553785249
// $q.c1 = 181658335
// $q.c2 = 125771388
// $q.c3 = 1833294767
// $q.prime = 2147483647
// $q.begin = 0
// $q.end = 214748365
MATCH (c:Customer)
WITH c, (((((($q.c0 * c.cohort + $q.c1) % $q.prime) * c.cohort + $q.c2) % $q.prime) * c.cohort + $q.c3) % $q.prime) AS place
WHERE $q.begin <= place
AND place < $q.end
RETURN collect(DISTINCT c.ordinal) AS ordinals
