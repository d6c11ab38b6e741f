UNWIND $keys AS key
MATCH (c:Customer {key: key})
CALL (c) {
  MATCH (c)-[:DID]->(e:Event)
  WHERE ($kinds IS NULL OR e.type IN $kinds)
    AND ($at IS NULL OR e.at < $at OR (e.at = $at AND e.key > $after))
  WITH e ORDER BY e.at DESC, e.key LIMIT $most
  OPTIONAL MATCH (p:DecisionMaker)-[:DID]->(e)
  WITH e, p ORDER BY e.at DESC, e.key
  RETURN collect(e {.*, person: p.key}) AS items
}
RETURN key AS customer, items
