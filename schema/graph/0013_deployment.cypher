// What amounts, phone numbers and days mean in this graph: see storage/deployment.py.
CREATE CONSTRAINT deployment_key IF NOT EXISTS FOR (n:Deployment) REQUIRE n.key IS UNIQUE;
// When the platform's memory begins: see storage/history.py.
CREATE INDEX customer_created IF NOT EXISTS FOR (n:Customer) ON (n.createdAt);
CREATE INDEX decision_maker_since IF NOT EXISTS FOR (n:DecisionMaker) ON (n.since);
CREATE INDEX opportunity_since IF NOT EXISTS FOR (n:Opportunity) ON (n.since);
