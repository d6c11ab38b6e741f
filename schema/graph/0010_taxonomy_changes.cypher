// Changes of tags and dimensions in use: planned, applied and undone: see storage/taxonomy_changes.py.
CREATE CONSTRAINT taxonomy_change_key IF NOT EXISTS FOR (n:TaxonomyChange) REQUIRE n.key IS UNIQUE;
// What a change did to taggings, so that it can be undone.
CREATE INDEX retagged_change IF NOT EXISTS FOR ()-[r:RETAGGED]-() ON (r.change);
