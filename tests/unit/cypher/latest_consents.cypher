// {'consent': {'purposes': ['email']}}
// $p0 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p1 = True
// $p2 = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
// $p3 = ['email']
// $p4 = 1
COUNT { MATCH (c)-[:GAVE]->(k:Consent) WHERE k.granted = $p1 AND k.at <= $p2 AND k.purpose IN $p3 AND NOT EXISTS { (c)-[:GAVE]->(n:Consent) WHERE n.purpose = k.purpose AND n.at <= $p0 AND (n.at > k.at OR (n.at = k.at AND k.granted AND NOT n.granted)) } RETURN DISTINCT k.purpose } >= $p4
