// Follows a subscription by graphql-ws or graphql-sse, and prints each result as a line of JSON:
//   node follow.ts sse http://127.0.0.1:8080    with { payload, results, key } as JSON on standard input;
// `results` says after how many it leaves.
import { readFileSync } from "node:fs";
import { createClient as overEvents, type RequestParams } from "graphql-sse";
import { createClient as overSockets } from "graphql-ws";

const [transport, address] = process.argv.slice(2);
const { payload, results, key } = JSON.parse(readFileSync(0, "utf-8")) as {
  payload: RequestParams;
  results: number;
  key: string;
};
const Authorization = `Bearer ${key}`;
const url = `${address}/graphql`;
const client =
  transport === "sse"
    ? overEvents({ url, headers: { Authorization }, retryAttempts: 0 })
    : overSockets({ url: url.replace("http", "ws"), connectionParams: { Authorization }, retryAttempts: 0 });

let seen = 0;
try {
  for await (const result of client.iterate(payload)) {
    console.log(JSON.stringify(result));
    if (++seen === results) break;
  }
} catch (error) {
  // A graphql-ws client throws the errors of an operation that did not begin, and the event of a closed socket.
  const { code, reason } = error as { code?: number; reason?: string };
  console.log(JSON.stringify(Array.isArray(error) ? { errors: error } : { code, reason, failure: String(error) }));
}
await client.dispose();
