// Claimed and locked before: nobody else ranks at the same time.
MATCH (g:SegmentGroup {key: $key})
SET g.labelZh = $labelZh, g.labelEn = $labelEn
WITH g
OPTIONAL MATCH (g)-[r:RANKS]->(:Segment)
DELETE r
WITH DISTINCT g
UNWIND range(1, size($segments)) AS rank
MATCH (s:Segment {key: $segments[rank - 1]})
CREATE (g)-[:RANKS {rank: rank}]->(s)
