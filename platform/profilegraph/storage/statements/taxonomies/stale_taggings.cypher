// Stale is what is over, and what nobody has said again since $before. A customer who has done nothing
// since $awake is frozen and keeps its tags: they are all that is known when it comes back.
MATCH (:Dimension {key: $dimension})<-[:IN]-(g:Tag)<-[t:TAGGED]-(c:Customer)
WHERE (t.until <= $now OR coalesce(t.said, t.since) < $before)
  AND NOT EXISTS { (c)-[:MERGED_INTO]->(:Customer) }
WITH c, g ORDER BY c.key, g.key
WITH c, collect(g.key) AS tags
WITH c, tags, $awake IS NOT NULL
  AND NOT EXISTS { (c)-[:DID]->(e:Event) WHERE e.at > $awake AND e.at <= $now } AS frozen
WITH sum(CASE WHEN frozen THEN size(tags) ELSE 0 END) AS kept,
     collect(CASE WHEN frozen THEN null ELSE {customer: c.key, tags: tags} END) AS found
UNWIND CASE WHEN found = [] THEN [null] ELSE found END AS one
UNWIND CASE WHEN one IS NULL THEN [null] ELSE one.tags END AS tag
RETURN kept, one.customer AS customer, tag
LIMIT $most
