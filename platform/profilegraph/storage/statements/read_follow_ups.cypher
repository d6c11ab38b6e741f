UNWIND $keys AS key
MATCH (c:Customer {key: key})
CALL (c) {
  MATCH (c)-[:FOLLOWED_UP_BY]->(n:FollowUp)
  WHERE ($kinds IS NULL OR n.kind IN $kinds)
    AND ($at IS NULL OR n.at < $at OR (n.at = $at AND n.key > $after))
  WITH n ORDER BY n.at DESC, n.key LIMIT $most
  OPTIONAL MATCH (n)-[:BY]->(e:Employee)
  WITH n, e ORDER BY n.at DESC, n.key
  RETURN collect(n {.*, employee: e.key}) AS items
}
RETURN key AS customer, items
