MATCH (s:Segment {key: $segment})-[:SENT]->(d:Delivery)
WHERE d.destination = $destination AND d.options = $options AND d.columns = $columns
  AND d.state <> 'SENT'
RETURN d.key AS key ORDER BY d.at DESC LIMIT 1
