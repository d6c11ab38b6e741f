import { useState } from "react";
import { graphql } from "./graphql.js";

/** A form that asks for an API key, tries it, and hands it to `onKey` once the API accepts it. */
export function KeyForm({ onKey }) {
  const [fault, setFault] = useState("");

  async function submit(event) {
    event.preventDefault();
    const key = new FormData(event.currentTarget).get("key").trim();
    try {
      const { errors } = await graphql(
        { query: "{ __typename }" },
        { Authorization: `Bearer ${key}` },
      );
      if (errors) {
        setFault(errors[0].message);
      } else {
        onKey(key);
      }
    } catch (error) {
      setFault(`The API does not answer: ${error.message}`);
    }
  }

  return (
    <form className="key-form" onSubmit={submit}>
      <h1>profilegraph</h1>
      <label htmlFor="key">API key</label>
      <input id="key" name="key" type="password" placeholder="pg_…" autoComplete="off" autoFocus required />
      <button type="submit">Open GraphiQL</button>
      <p role="alert">{fault}</p>
      <p>
        <code>profilegraph key create</code> makes one. It is kept in this tab only, and sent as{" "}
        <code>Authorization: Bearer …</code>
      </p>
    </form>
  );
}
