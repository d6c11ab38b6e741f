// Serves an OpenID Connect provider until its standard input ends: reads its settings from the first line
// of that, as JSON, and prints its issuer. Whoever signs in by a name has that name as `sub`, and an address with it.
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const lines = createInterface({ input: process.stdin });
const [first] = await once(lines, "line");
lines.on("close", () => process.exit());
const { port, jwks, client } = JSON.parse(first);
const server = createServer();
await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ ...client, response_types: ["code"], grant_types: ["authorization_code"] }],
  jwks,
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["groups"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["of a test"] },
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({ sub: name, email: `${name}@example.com`, email_verified: true, groups: ["crm"] }),
  }),
});
server.on("request", provider.callback());
console.log(issuer);
