// The records of customers that keep what they were, in every state that they had.
UNWIND $keys AS key
MATCH (c:Customer {key: key})
CALL (c) {
  MATCH (c)<-[:OF]-(n:DecisionMaker|Department) RETURN n
  UNION
  MATCH (c)-[:HAS]->(n:Opportunity) RETURN n
}
MATCH (n)-[:WAS]->(was:State)
RETURN key AS customer, labels(n)[0] AS label, properties(was) AS properties
