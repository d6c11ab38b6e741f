// Segments in an order of priority: see storage/segment_groups.py.
CREATE CONSTRAINT segment_group_key IF NOT EXISTS FOR (n:SegmentGroup) REQUIRE n.key IS UNIQUE;
