const ENDPOINT = new URL("graphql", window.location.href);

/** Resolve to the API's answer: `{data, errors}`, errors included whatever the HTTP status. */
export async function graphql(request, headers = {}) {
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      ...headers,
    },
    body: JSON.stringify(request),
  });
  return response.json();
}
