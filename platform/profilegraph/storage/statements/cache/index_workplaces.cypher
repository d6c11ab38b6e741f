MATCH (c)<-[:OF]-(p:DecisionMaker)
MATCH path = (p)-[:WORKS_IN]->(:Department)-[:PART_OF]->{0,}(d)
RETURN [c.ordinal, p.key, length(path) - 1, d.function, d.name]
