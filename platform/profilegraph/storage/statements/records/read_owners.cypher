UNWIND $keys AS key
MATCH (c:Customer {key: key})<-[owns:OWNS]-(e:Employee)
OPTIONAL MATCH (e)-[:MEMBER_OF]->(team:Team)
WITH key, owns, e, team ORDER BY owns.since, e.key
RETURN key AS customer,
       collect({since: owns.since, key: e.key, name: e.name, team: team.key}) AS items
