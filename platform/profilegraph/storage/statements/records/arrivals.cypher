UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MATCH (n:Channel {key: row.channel})
MERGE (c)-[came:CAME_FROM {at: row.at}]->(n)
WITH collect(row.i) AS done
RETURN CASE WHEN size(done) < size($rows) THEN done END AS done
