// The two clients with normalised caches, told what they have to know of the API: its ids, and nothing else.
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { embeddedTypes, possibleTypes } from "./generated/schema.ts";

export interface Server {
  /** Where the API is, such as http://127.0.0.1:8080. */
  url: string;
  /** An API key: pg_… */
  key: string;
  /** How it is asked, where that is not the usual way. */
  fetch?: typeof fetch;
}

/** Returns a client of Apollo: objects with an id are kept by it, all others where they were found. */
export function apollo({ url, key, fetch }: Server): ApolloClient {
  return new ApolloClient({
    cache: new InMemoryCache({ possibleTypes }),
    link: new HttpLink({ uri: `${url}/graphql`, headers: { Authorization: `Bearer ${key}` }, fetch }),
  });
}

/** Returns a client of urql; its cache has to be told which objects have no id. */
export function urql({ url, key, fetch }: Server): Client {
  const embedded = Object.fromEntries(embeddedTypes.map((type) => [type, () => null]));
  return new Client({
    url: `${url}/graphql`,
    preferGetMethod: false,
    exchanges: [cacheExchange({ keys: embedded }), fetchExchange],
    fetchOptions: { headers: { Authorization: `Bearer ${key}` } },
    fetch,
  });
}
