// Who is told of the moves of live segments, and how far it has come: see storage/webhooks.py.
CREATE CONSTRAINT webhook_key IF NOT EXISTS FOR (n:Webhook) REQUIRE n.key IS UNIQUE;
