// Claimed and locked before: nobody else ranks at the same time.
MATCH (g:SegmentGroup {key: $key})
SET g.labelZh = coalesce($labelZh, g.labelZh), g.labelEn = coalesce($labelEn, g.labelEn),
    g.labelOthers = CASE WHEN $labelOthers IS NULL THEN g.labelOthers ELSE $labelOthers +
      [old IN coalesce(g.labelOthers, []) WHERE none(new IN $labelOthers
        WHERE split(new, '=')[0] = split(old, '=')[0])] END
WITH g
OPTIONAL MATCH (g)-[r:RANKS]->(:Segment)
DELETE r
WITH DISTINCT g
UNWIND range(1, size($segments)) AS rank
MATCH (s:Segment {key: $segments[rank - 1]})
CREATE (g)-[r:RANKS {rank: rank}]->(s)
SET r.weight = $weights[rank - 1]
