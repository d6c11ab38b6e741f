// Audits a served API by graphql-http: prints how many audits are ok, and what is wrong with each other one.
//   PROFILEGRAPH_KEY=pg_… npm run audit -- http://127.0.0.1:8080
import { auditServer } from "graphql-http";

const url = `${process.argv[2] ?? "http://127.0.0.1:8080"}/graphql`;
const key = process.env["PROFILEGRAPH_KEY"];
if (key === undefined) throw new Error("Set PROFILEGRAPH_KEY: `profilegraph key create Audit` prints one.");

// What every client of the API sends: its key, and the header without which a GET is refused.
const authorised: typeof fetch = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${key}`);
  if ((init.method ?? "GET") === "GET") headers.set("GraphQL-Require-Preflight", "1");
  return fetch(input, { ...init, headers });
};

const results = await auditServer({ url, fetchFn: authorised });
const ok = results.filter(({ status }) => status === "ok");
console.log(`${ok.length} of ${results.length} audits are ok`);
for (const result of results) {
  if (result.status !== "ok") console.log(`${result.status} ${result.id} ${result.name}: ${result.reason}`);
}
process.exitCode = ok.length === results.length ? 0 : 1;
