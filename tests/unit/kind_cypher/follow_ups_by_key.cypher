UNWIND $keys AS key
MATCH (n:FollowUp {key: key})<-[:FOLLOWED_UP_BY]-(c:Customer)
RETURN c.key AS customer, collect(n {.*, employee: [(n)-[:BY]->(other:Employee) | other.key][0]}) AS items
