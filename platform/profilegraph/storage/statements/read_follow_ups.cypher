UNWIND $keys AS key
MATCH (c:Customer {key: key})
CALL (c) {
  MATCH (c)-[:FOLLOWED_UP_BY]->(n:FollowUp)
  WITH n ORDER BY n.at DESC, n.key LIMIT $most
  OPTIONAL MATCH (n)-[:BY]->(e:Employee)
  WITH n, e ORDER BY n.at DESC, n.key
  RETURN collect(n {.*, employee: e.key}) AS items
}
RETURN key AS customer, items
