// Holds the two caches against the network: reads { url, key, asks: [{ operation, variables }] } as JSON
// from the standard input, puts the answers to all of it through each cache, then reads all of it from the
// cache alone, and prints where that is not what the network answered: an empty list where all is well.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { TypedDocumentNode } from "@apollo/client";
import { formatDocument } from "@urql/core";
import { Kind, print, valueFromASTUntyped } from "graphql";
import { apollo, type Server, urql } from "./caches.ts";
import * as generated from "./generated/documents.ts";

interface Ask {
  operation: string;
  variables: Record<string, unknown>;
}
type Document = TypedDocumentNode<unknown, Record<string, unknown>>;
type Read = (document: Document, variables: Record<string, unknown>) => Promise<unknown>;

const { asks, url, key } = JSON.parse(readFileSync(0, "utf-8")) as Server & { asks: Ask[] };
const answers = new Map<string, string>();

function document(operation: string): Document {
  const found = (generated as Record<string, unknown>)[`${operation}Document`];
  if (found === undefined) throw new Error(`documents/ has no operation ${operation}`);
  return found as Document;
}

/** Returns what an ask is known by: the clients may add defaults, in an order of their own. */
function name(operation: string, variables: Record<string, unknown>): string {
  const whole: Record<string, unknown> = { ...variables };
  for (const definition of document(operation).definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
      if (defaultValue) whole[variable.name.value] ??= valueFromASTUntyped(defaultValue);
    }
  }
  return JSON.stringify([operation, whole], sorted);
}

function sorted(_: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort());
}

/** Returns what the network answers, and keeps it: both caches are given the same. */
async function network({ operation, variables }: Ask): Promise<unknown> {
  const query = print(formatDocument(document(operation)));
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const answer = JSON.parse(text) as { data: unknown; errors?: unknown };
  if (answer.errors !== undefined) throw new Error(`${operation}: ${JSON.stringify(answer.errors)}`);
  answers.set(name(operation, variables), text);
  return answer.data;
}

const remembered: typeof fetch = async (_, request) => {
  const { operationName, variables } = JSON.parse(String(request?.body)) as {
    operationName: string;
    variables?: Record<string, unknown>;
  };
  const text = answers.get(name(operationName, variables ?? {}));
  if (text === undefined) throw new Error(`nobody asked for ${operationName} ${JSON.stringify(variables)}`);
  return new Response(text, { headers: { "Content-Type": "application/json" } });
};

/** Returns a value without what the caches add to it. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).filter(([field]) => field !== "__typename");
  return Object.fromEntries(entries.map(([field, inner]) => [field, plain(inner)]));
}

const one = apollo({ url, key, fetch: remembered });
const other = urql({ url, key, fetch: remembered });
const caches: Record<string, { ask: Read; recall: Read }> = {
  apollo: {
    ask: async (query, variables) => (await one.query({ query, variables })).data,
    recall: async (query, variables) => one.readQuery({ query, variables }),
  },
  urql: {
    ask: async (query, variables) => {
      const { data, error } = await other.query(query, variables).toPromise();
      if (error) throw error;
      return data;
    },
    recall: async (query, variables) =>
      (await other.query(query, variables, { requestPolicy: "cache-only" }).toPromise()).data,
  },
};

const differences: unknown[] = [];
const wanted: unknown[] = [];
for (const ask of asks) wanted.push(await network(ask));
for (const [cache, { ask, recall }] of Object.entries(caches)) {
  for (const { operation, variables } of asks) await ask(document(operation), variables);
  for (const [place, { operation, variables }] of asks.entries()) {
    const got = plain(await recall(document(operation), variables));
    const right = plain(wanted[place]);
    if (!isDeepStrictEqual(got, right)) differences.push({ cache, operation, variables, got, wanted: right });
  }
}
console.log(JSON.stringify(differences));
