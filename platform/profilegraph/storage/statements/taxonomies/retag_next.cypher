// Customers whose taggings a rule still has to see to.
CALL () {
  MATCH (c:Customer)-[:TAGGED]->(g:Tag) WHERE g.key IN $tags AND ($members IS NULL OR c.ordinal IN $members)
  RETURN c
  UNION
  MATCH (c:Customer)-[:TAGGED]->(g:Tag) WHERE g.dimension IN $dimensions
  WITH c, g.dimension AS dimension, count(*) AS tags WHERE tags > 1
  RETURN c
}
RETURN DISTINCT c.key AS key
LIMIT $most
