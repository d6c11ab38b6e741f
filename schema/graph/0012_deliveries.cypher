// What was sent of segments to the destinations of plugins: see storage/deliveries.py.
CREATE CONSTRAINT delivery_id IF NOT EXISTS FOR (n:Delivery) REQUIRE n.id IS UNIQUE;
CREATE INDEX delivery_state IF NOT EXISTS FOR (n:Delivery) ON (n.state);
