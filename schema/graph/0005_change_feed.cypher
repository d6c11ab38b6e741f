// Customers have dense numbers, so that sets of them are bitmaps; storage/ordinals.py numbers those
// that exist, and each later one as it is saved.
CREATE CONSTRAINT customer_ordinal IF NOT EXISTS FOR (n:Customer) REQUIRE n.ordinal IS UNIQUE;
CREATE CONSTRAINT counter_key IF NOT EXISTS FOR (n:Counter) REQUIRE n.key IS UNIQUE;
// What changed, in the order of commits: see storage/feed.py.
CREATE CONSTRAINT feed_name IF NOT EXISTS FOR (n:Feed) REQUIRE n.name IS UNIQUE;
CREATE CONSTRAINT change_place IF NOT EXISTS FOR (n:Change) REQUIRE (n.feed, n.seq) IS UNIQUE;
