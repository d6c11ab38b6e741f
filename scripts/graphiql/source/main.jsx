import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import "graphiql/style.css";
import "./page.css";
import { KeyForm } from "./key-form.jsx";
import { graphql } from "./graphql.js";

// Everything stays in this tab: queries and variables may hold personal data, headers hold the key.
const storage = window.sessionStorage;
const KEY = "profilegraph:key";

const EXAMPLE = `# Ctrl-Enter runs this, Ctrl-Space completes.
# The book on the left explains the API.
query Customers {
  customers(first: 5) {
    totalCount
    edges {
      node {
        key
        name
        tags {
          tag {
            label(locale: "en")
          }
          since
        }
      }
    }
  }
}
`;

const root = createRoot(document.getElementById("page"));

/** Show GraphiQL for a key, or, without one, for the session of the browser. */
function open(key) {
  if (key) storage.setItem(KEY, key);
  const authorization = key ? { Authorization: `Bearer ${key}` } : {};
  const headers = JSON.stringify(authorization, null, 2);
  root.render(
    <GraphiQL
      // The schema is asked for before the headers editor is there: the key goes along in any case.
      fetcher={(request, options) => graphql(request, { ...authorization, ...options?.headers })}
      storage={storage}
      shouldPersistHeaders
      showPersistHeadersSettings={false}
      defaultHeaders={headers}
      defaultQuery={EXAMPLE}
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <button type="button" className="forget-key" onClick={key ? forget : signOut}>
          {key ? "Forget key" : "Sign out"}
        </button>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}

function forget() {
  storage.clear();
  window.location.reload();
}

async function signOut() {
  await fetch("/signout", { method: "POST" });
  forget();
}

async function signedIn() {
  try {
    return !(await graphql({ query: "{ __typename }" }, {})).errors;
  } catch {
    return false;
  }
}

async function start() {
  const known = storage.getItem(KEY);
  if (known || (await signedIn())) {
    open(known);
  } else {
    root.render(<KeyForm onKey={open} />);
  }
}

void start();
