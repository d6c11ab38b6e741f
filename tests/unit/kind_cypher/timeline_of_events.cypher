UNWIND $keys AS key
MATCH (c:Customer {key: key})
CALL (c) {
  MATCH (n:Event)<-[:DID]-(c)
  WHERE ($kinds IS NULL OR n.type IN $kinds)
    AND ($at IS NULL OR n.at < $at OR (n.at = $at AND n.key > $after))
  WITH n ORDER BY n.at DESC, n.key LIMIT $most
  RETURN collect(n {.*, person: [(n)<-[:DID]-(other:DecisionMaker) | other.key][0]}) AS items
}
RETURN key AS customer, items
