// A front end's beginning: lists the segments with how many customers each has, and the first of them.
//   PROFILEGRAPH_KEY=pg_… npm start -- http://127.0.0.1:8080
import { apollo } from "./caches.ts";
import { SegmentDocument, SegmentsDocument } from "./generated/documents.ts";

const url = process.argv[2] ?? "http://127.0.0.1:8080";
const key = process.env["PROFILEGRAPH_KEY"];
if (key === undefined) throw new Error("Set PROFILEGRAPH_KEY: `profilegraph key create \"Front end\"` prints one.");

const client = apollo({ url, key });
const { data, error } = await client.query({ query: SegmentsDocument, errorPolicy: "all" });
if (error) console.error(error.message);
for (const segment of data?.segments ?? []) {
  // A count is null where its segment cannot be asked; all else of the answer is there.
  console.log(`${segment.key}  ${segment.label}  ${segment.count ?? "cannot be counted"}`);
  const { data: whole } = await client.query({
    query: SegmentDocument,
    variables: { key: segment.key },
    errorPolicy: "all",
  });
  const names = whole?.segment?.members?.edges.slice(0, 3).map(({ node }) => node.name ?? node.key) ?? [];
  console.log(`   ${names.join(", ")}`);
}
