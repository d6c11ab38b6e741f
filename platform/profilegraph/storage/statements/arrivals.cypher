UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MATCH (n:Channel {key: row.channel})
MERGE (c)-[came:CAME_FROM {at: row.at}]->(n)
RETURN collect(row.i) AS done
