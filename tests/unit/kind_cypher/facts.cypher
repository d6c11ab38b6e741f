// Behind it stand the records that are made of their declarations.
UNWIND $keys AS key
MATCH (c:Customer {key: key})
RETURN
  properties(c) AS customer,
  [(c)-[:MERGED_INTO]->(into:Customer) | into.key][0] AS mergedInto,
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
      events: [(p)-[:DID]->(e:Event) | properties(e)],
      parts: [(p)-[part:TAKES_PART_IN]->(o:Opportunity)
              | {role: part.role, opportunity: properties(o)}]
    }
    ORDER BY p.key
  } AS people,
  COLLECT {
    MATCH (c)-[came:CAME_FROM]->(h:Channel)
    RETURN {
      at: came.at,
      channels: COLLECT {
        MATCH path = (h)-[:PART_OF]->{0,}(x:Channel)
        RETURN x.key ORDER BY length(path)
      }
    }
    ORDER BY came.at, h.key
  } AS arrivals,
  COLLECT {
    MATCH (c)<-[owns:OWNS]-(w:Employee)
    RETURN {
      key: w.key,
      name: w.name,
      since: owns.since,
      teams: COLLECT {
        MATCH path = (w)-[:MEMBER_OF]->(:Team)-[:PART_OF]->{0,}(m:Team)
        RETURN m.key ORDER BY length(path)
      }
    }
    ORDER BY owns.since, w.key
  } AS owners,
  [(c)-[:SUBSIDIARY_OF]->(o:Customer) | {other: o.key, kind: 'PARENT'}]
    + [(c)<-[:SUBSIDIARY_OF]-(o:Customer) | {other: o.key, kind: 'SUBSIDIARY'}]
    + [(c)-[r:RELATED_TO]-(o:Customer) | {other: o.key, kind: r.kind}] AS relations,
  [(n:Consent)<-[:GAVE]-(c) | n {.*}] AS consents,
  [(n:Opportunity)<-[:HAS]-(c) | n {.*}] AS opportunities,
  [(n:FollowUp)<-[:FOLLOWED_UP_BY]-(c) | n {.*, employee: [(n)-[:BY]->(other:Employee) | other.key][0]}] AS follow_ups
