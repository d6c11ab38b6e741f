MATCH (c:Customer {key: $key})
RETURN
  properties(c) AS customer,
  [(c)-[t:TAGGED]->(g:Tag) | t {.*, tag: g.key}] AS taggings,
  [(c)-[:DID]->(e:Event) | properties(e)] AS events,
  COLLECT {
    MATCH (c)<-[:OF]-(p:DecisionMaker)
    RETURN {
      person: properties(p),
      chainDepth: COUNT { (p)-[:REPORTS_TO]->{1,}() },
      departments: COLLECT {
        MATCH path = (p)-[:WORKS_IN]->(:Department)-[:PART_OF]->{0,}(d)
        RETURN properties(d) ORDER BY length(path)
      },
      events: [(p)-[:DID]->(e:Event) | properties(e)]
    }
    ORDER BY p.key
  } AS people
