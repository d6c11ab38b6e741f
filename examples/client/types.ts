// Writes generated/: the documents with the types of their variables and answers, and what the caches
// have to know of the schema. Run it again when the schema or a document has changed.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typedDocumentNode from "@graphql-codegen/typed-document-node";
import * as operations from "@graphql-codegen/typescript-operations";
import { buildSchema, getNamedType, isAbstractType, isObjectType, parse } from "graphql";

const HERE = import.meta.dirname;
const SCHEMA = process.env["SCHEMA"] ?? `${HERE}/../../schema/api.graphql`;
const SCALARS = { DateTime: "string", Date: "string", Decimal: "string", JSON: "unknown" };

const text = readFileSync(SCHEMA, "utf-8");
const schema = buildSchema(text);
const documents = readdirSync(`${HERE}/documents`)
  .sort()
  .map((name) => ({ location: name, document: parse(readFileSync(`${HERE}/documents/${name}`, "utf-8")) }));
const config = { enumsAsTypes: true, skipTypename: true, scalars: SCALARS, useTypeImports: true };

const code = await codegen({
  filename: "documents.ts",
  schema: parse(text),
  documents,
  config,
  plugins: [{ operations: {} }, { typedDocumentNode: {} }],
  pluginMap: { operations, typedDocumentNode },
});

// Which types an interface or a union stands for, and which objects have no id and stay where they are.
const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith("__"));
const possibleTypes = Object.fromEntries(
  types.filter(isAbstractType).map((type) => [type.name, schema.getPossibleTypes(type).map((one) => one.name)]),
);
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
const embeddedTypes = types
  .filter((type) => isObjectType(type) && !roots.includes(type) && !("id" in type.getFields()))
  .map((type) => getNamedType(type).name);
const facts = `export const possibleTypes: Record<string, string[]> = ${JSON.stringify(possibleTypes, null, 2)};

export const embeddedTypes: string[] = ${JSON.stringify(embeddedTypes, null, 2)};
`;

mkdirSync(`${HERE}/generated`, { recursive: true });
writeFileSync(`${HERE}/generated/documents.ts`, code);
writeFileSync(`${HERE}/generated/schema.ts`, facts);
