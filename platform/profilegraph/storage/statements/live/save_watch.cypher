// The members at the start are the base that moves are counted from: nobody has entered or left.
MATCH (s:Segment {key: $segment})
SET s.key = s.key
MERGE (s)-[:WATCHED_BY]->(w:Watch)
  ON CREATE SET w.key = $key, w.n = 0, w.base = 0, w.members = $members, w.size = $size,
    w.at = $at, w.ranAt = $at, w.definition = $definition, w.heads = $heads
SET w.onChange = $onChange, w.schedule = $schedule, w.problem = null
