// What is read after the write is what the transaction before this one left: nothing of a segment
// that it deleted.
UNWIND $keys AS key
MATCH (s:Segment {key: key})
SET s.key = s.key
WITH s WHERE s.state IS NOT NULL
RETURN s.key AS key, s.kind AS kind, s.state AS state, s.owner AS owner, s.editors AS editors
