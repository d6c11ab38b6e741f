// Writes what graphql-codegen makes of a schema: node generate.mjs schema.graphql types.ts
import { readFileSync, writeFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typescript from "@graphql-codegen/typescript";
import { buildSchema, parse, printSchema } from "graphql";

const [schemaFile, target] = process.argv.slice(2);
const schemaAst = buildSchema(readFileSync(schemaFile, "utf8"));
const text = await codegen({
  filename: target,
  schema: parse(printSchema(schemaAst)),
  schemaAst,
  documents: [],
  config: {},
  plugins: [{ typescript: {} }],
  pluginMap: { typescript },
});
writeFileSync(target, text);
