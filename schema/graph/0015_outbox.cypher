// Webhooks and deliveries are items of one outbox: see storage/outbox.py. A delivery is known by its
// key as all items are, and what was on its way is sent again.
DROP CONSTRAINT delivery_id IF EXISTS;
DROP INDEX delivery_state IF EXISTS;
MATCH (w:Watch)-[:TOLD_TO]->(h:Webhook) WHERE NOT h:OutboxItem
SET h:OutboxItem, h.kind = 'webhook', h.turn = 0,
  h.state = CASE WHEN NOT h.active THEN 'FAILED' WHEN h.n <= w.n THEN 'WAITING' ELSE 'SENT' END
REMOVE h.active, h.heldUntil;
MATCH (d:Delivery) WHERE NOT d:OutboxItem
SET d:OutboxItem, d.kind = 'delivery', d.turn = 0, d.key = d.id, d.dueAt = d.at
REMOVE d.id, d.heldUntil;
CREATE CONSTRAINT outbox_item IF NOT EXISTS FOR (n:OutboxItem) REQUIRE (n.kind, n.key) IS UNIQUE;
CREATE CONSTRAINT delivery_key IF NOT EXISTS FOR (n:Delivery) REQUIRE n.key IS UNIQUE;
CREATE INDEX outbox_due IF NOT EXISTS FOR (n:OutboxItem) ON (n.state, n.dueAt);
