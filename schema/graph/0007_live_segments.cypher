// Live segments: how each is watched, who moved, and who is told: see storage/watches.py.
CREATE CONSTRAINT watch_key IF NOT EXISTS FOR (n:Watch) REQUIRE n.key IS UNIQUE;
CREATE CONSTRAINT move_place IF NOT EXISTS FOR (n:Move) REQUIRE (n.watch, n.n) IS UNIQUE;
