// Roles of the deployment's own, and the names by which keys are found: see storage/access.py.
CREATE CONSTRAINT role_key IF NOT EXISTS FOR (r:Role) REQUIRE r.key IS UNIQUE;
