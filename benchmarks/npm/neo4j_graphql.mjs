// @neo4j/graphql over the graph that the product uses, served as its documentation serves it.
import { createServer } from "node:http";

import { Neo4jGraphQL } from "@neo4j/graphql";
import { createYoga } from "graphql-yoga";
import neo4j from "neo4j-driver";

const typeDefs = /* GraphQL */ `
  type Customer @node {
    key: String!
    name: String
    revenue: Float @alias(property: "attribute_bench_revenue")
    tags: [Tag!]! @relationship(type: "TAGGED", direction: OUT)
    events: [Event!]! @relationship(type: "DID", direction: OUT)
    people: [DecisionMaker!]! @relationship(type: "OF", direction: IN)
  }
  type Tag @node {
    key: String!
  }
  type Event @node {
    type: String!
    at: DateTime!
  }
  type DecisionMaker @node {
    role: String
    influence: Float
    departments: [Department!]! @relationship(type: "WORKS_IN", direction: OUT)
  }
  type Department @node {
    function: String
  }
`;

const { NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD } = process.env;
const driver = neo4j.driver(NEO4J_URI, neo4j.auth.basic(NEO4J_USER, NEO4J_PASSWORD));
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();
const yoga = createYoga({
  schema,
  logging: false,
});
const server = createServer(yoga);
server.keepAliveTimeout = 0; // the one client's connection stays open between its turns
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

// Whoever started this process holds its standard input: when that ends, so does this.
process.stdin.resume();
process.stdin.on("end", async () => {
  server.close();
  server.closeAllConnections();
  await driver.close();
});
