// What facts.cypher reads, as it was at a moment of the past; what keeps no history is left out.
UNWIND $keys AS key
MATCH (c:Customer {key: key}) WHERE c.createdAt <= $at
RETURN
  c {.key, .name, .cohort, .ordinal} AS customer,
  [(c)-[merged:MERGED_INTO]->(into:Customer) WHERE coalesce(merged.at <= $at, true)
   | into.key][0] AS mergedInto,
  [(c)-[t:TAGGED|WAS_TAGGED|WAS_SAID]->(g:Tag)
   WHERE t.since <= $at AND coalesce(t.said <= $at, true) AND coalesce(t.until > $at, true)
   | t {.*, tag: g.key}] AS taggings,
  [(c)-[:DID]->(e:Event) WHERE e.at <= $at | properties(e)] AS events,
  COLLECT {
    MATCH (c)<-[:OF]-(p:DecisionMaker)-[:WAS]->{0,1}(was)
    WHERE coalesce(was.since <= $at, true) AND coalesce(was.until > $at, true)
    RETURN {
      person: properties(was),
      chainDepth: COUNT {
        (p) (()-[r:REPORTS_TO|REPORTED_TO]->()
             WHERE coalesce(r.since <= $at, true) AND coalesce(r.until > $at, true)){1,} ()
      },
      departments: COLLECT {
        MATCH path = (p)-[w:WORKS_IN|WORKED_IN]->(:Department)
                     (()-[r:PART_OF|WAS_PART_OF]->()
                      WHERE coalesce(r.since <= $at, true) AND coalesce(r.until > $at, true)){0,}
                     (d:Department)
        WHERE coalesce(w.since <= $at, true) AND coalesce(w.until > $at, true)
        MATCH (d)-[:WAS]->{0,1}(called)
        WHERE coalesce(called.since <= $at, true) AND coalesce(called.until > $at, true)
        RETURN properties(called) ORDER BY length(path)
      },
      events: [(p)-[:DID]->(e:Event) WHERE e.at <= $at | properties(e)],
      parts: COLLECT {
        MATCH (p)-[part:TAKES_PART_IN|TOOK_PART_IN]->(:Opportunity)-[:WAS]->{0,1}(o)
        WHERE coalesce(part.since <= $at, true) AND coalesce(part.until > $at, true)
          AND coalesce(o.since <= $at, true) AND coalesce(o.until > $at, true)
        RETURN {role: part.role, opportunity: properties(o)}
      }
    }
    ORDER BY p.key
  } AS people,
  COLLECT {
    MATCH (c)-[came:CAME_FROM]->(h:Channel) WHERE came.at <= $at
    RETURN {at: came.at, channels: [h.key]} ORDER BY came.at, h.key
  } AS arrivals,
  // No filter asks who owned a customer then; whoever asks may see those that it owns today.
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
  } AS owners,
  [] AS relations,
  [(n:Consent)<-[:GAVE]-(c) WHERE n.at <= $at | n {.*}] AS consents,
  COLLECT {
    MATCH (kept:Opportunity)<-[:HAS]-(c), (kept)-[:WAS]->{0,1}(n)
    WHERE coalesce(n.since <= $at, true) AND coalesce(n.until > $at, true)
    RETURN n {.*} ORDER BY n.key
  } AS opportunities,
  [(n:FollowUp)<-[:FOLLOWED_UP_BY]-(c) WHERE n.at <= $at | n {.*, employee: [(n)-[:BY]->(other:Employee) | other.key][0]}] AS follow_ups
