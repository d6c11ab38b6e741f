// Segments have a kind, a state, an owner and editors; those saved before belong to who saved them first.
MATCH (s:Segment)-[:HAS_VERSION]->(v:SegmentVersion {n: 1})
WHERE s.owner IS NULL
SET s.owner = v.author, s.editors = [], s.state = 'ACTIVE';
MATCH (s:Segment)
WHERE s.kind IS NULL
SET s.kind = 'DYNAMIC';
