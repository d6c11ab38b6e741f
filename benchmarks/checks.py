"""What can be measured of safety in an instant, at a running server."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from statistics import median
from typing import Any

from benchmarks.attackers import Attacker
from benchmarks.attacks import sequences
from benchmarks.floods import processor
from benchmarks.http import operation
from benchmarks.hub import Served
from benchmarks.report import number

TIMES = 5
_PREVIEW = "query ($f: FilterInput!) { segmentPreview(filter: $f) { count } }"


def greedy_queries(server: Served) -> str:
    """Return how long the refusals of queries above each limit took."""
    leaf = {"tags": {"dimension": "one", "anyOf": ["t1"]}}
    deep: dict[str, Any] = leaf
    for _ in range(9):
        deep = {"all": [deep]}
    bodies = {
        "11 levels": operation("{ viewer " + "{ a " * 10 + "}" * 10 + " }"),
        "31 aliases": operation("{ viewer { " + "".join(f"a{n}: name " for n in range(31)) + "} }"),
        "11 root fields": operation(
            "{ " + "".join(f"a{n}: viewer {{ name }} " for n in range(11)) + "}"
        ),
        "51 directives": operation("{ viewer { name " + "@skip(if: false) " * 51 + "} }"),
        "2,001 tokens": operation("{ viewer { " + "name " * 2_001 + "} }"),
        "1 MB": b'{"query": "' + b" " * 1024 * 1024 + b'"}',
        "101 conditions": operation(_PREVIEW, {"f": sequences(1, 101)}),
        "9 levels of filter": operation(_PREVIEW, {"f": deep}),
        "8 × 8⁵ list items": operation(
            "{ customers(first: 1000) { edges { node { departments { decisionMakers {"
            " department { decisionMakers { key } } } } } } } }"
        ),
    }
    attacker = Attacker(server.port, server.attackers[0], 0)
    slowest, longest, codes = 0.0, 0.0, []
    for name, body in bodies.items():
        times, spent = [], []
        for _ in range(TIMES):
            before = processor(server.pid)[0]
            attacker.send(body)
            spent.append(processor(server.pid)[0] - before)
            times.append(attacker.answers[-1][1])
        code = attacker.answers[-1][0]
        codes += [f"{name} **`{code}`**"] if code in ("ok", "INTERNAL") else []
        slowest, longest = max(slowest, median(times)), max(longest, median(spent))
    attacker.end()
    wrong = f"; not refused: {', '.join(codes)}" if codes else "; all refused"
    return (
        f"{len(bodies)} limits{wrong}, in {number(slowest * 1000)} ms at most,"
        f" of which {number(longest * 1000)} ms are the server's processor"
    )


def other_sites(server: Served) -> str:
    """Return how requests that a page of another site may send were answered."""
    key = {"Authorization": f"Bearer {server.attackers[0]}"}
    body = operation("{ __typename }")
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "")
    json_type = {"Content-Type": "application/json"}
    asked = [
        *(("POST", "", body, {"Content-Type": one} if one else {}, 415) for one in kinds),
        ("POST", "", b"[" + body + b"]", json_type, 400),
        ("GET", "?query=%7B__typename%7D", b"", {}, 400),
        (
            "GET",
            "?query=mutation%7BdeleteSegment(key:%22a%22)%7D",
            b"",
            {"GraphQL-Require-Preflight": "1"},
            405,
        ),
        ("PUT", "", body, json_type, 405),
        ("GET", "", b"", _handshake("https://evil.example"), 403),
    ]
    wrong = []
    for method, query, text, headers, expected in asked:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request(method, "/graphql" + query, text or None, {**key, **headers})
        status = connection.getresponse().status
        connection.close()
        if status != expected:
            wrong.append(f"{method} {query} {headers}: {status} instead of {expected}")
    return f"{len(asked) - len(wrong)} of {len(asked)} refused as they should be" + "".join(
        f"; **{one}**" for one in wrong
    )


def _handshake(origin: str) -> dict[str, str]:
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Origin": origin,
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": "graphql-transport-ws",
    }


def fishing(server: Served) -> str:
    """Return who gets to see the schema."""
    introspection = operation("{ __schema { types { name } } }")
    without = Attacker(server.port, "", 0)
    without.send(introspection)
    known = Attacker(server.port, server.attackers[0], 0)
    known.send(introspection)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/graphiql")
    page = connection.getresponse().status
    connection.close()
    without.end()
    known.end()
    return (
        f"introspection without a key: `{without.answers[0][0]}`; with any key: {known.answers[0][0]};"
        f" GraphiQL's page, which asks for a key: {page}"
    )


INJECTIONS = (
    "'}) DETACH DELETE n //",
    '"}) MATCH (n) DETACH DELETE n //',
    "`) MATCH (n) DETACH DELETE n //",
    "\\u0027}) MATCH (n) DELETE n //",
    "\\' OR 1=1 //",
    "$key",
    "{key}",
    "one/t1` SET n:Admin //",
    "t1'] CALL dbms.shutdown() //",
    "LOAD CSV FROM 'http://127.0.0.1/' AS x",
    "/* */ RETURN 1 UNION MATCH (k:ApiKey) RETURN k",
    "a\x00b",
    "~\"*:?\\/ AND OR NOT name:*",
    "ʼ}) DETACH DELETE n //",
)  # fmt: skip


def injections(server: Served) -> str:
    """Return what became of texts that would be Cypher if they were put into a statement."""
    whole = operation(_PREVIEW, {"f": {"all": []}})
    attacker = Attacker(server.port, server.attackers[0], 0)
    before = _answer(server, whole)
    for text in INJECTIONS:
        for query, variables in _places(text):
            attacker.send(operation(query, variables))
    attacker.end()
    bad = [code for code, _ in attacker.answers if code in ("INTERNAL", "DATABASE_REFUSED", "500")]
    same = "the graph as before" if _answer(server, whole) == before else "**the graph changed**"
    told = f"**{len(bad)} unexpected errors**" if bad else "no unexpected error"
    return f"{len(attacker.answers)} requests with {len(INJECTIONS)} texts: {told}, {same}"


def _places(text: str) -> list[tuple[str, dict[str, Any]]]:
    filters: list[dict[str, Any]] = [
        {"tags": {"dimension": text, "anyOf": ["t1"]}},
        {"tags": {"dimension": "one", "anyOf": [text]}},
        {"attribute": {"key": text, "text": {"in": ["a"]}}},
        {"attribute": {"key": "slogan", "text": {"contains": text}}},
        {"event": {"type": text}},
        {"event": {"type": "seen", "content": {"contains": text}}},
        {"segment": {"key": text}},
    ]
    past = "query ($f: FilterInput!) { segmentPreview(filter: $f, asOf: %s) { count } }"
    moment = '"2026-02-01T00:00:00Z"'
    one: dict[str, Any] = {"t": text}
    return [
        *((_PREVIEW, {"f": f}) for f in filters),
        *((past % moment, {"f": f}) for f in filters),
        ("query ($t: String!) { customer(key: $t) { key } }", one),
        ("query ($t: String!) { customers(search: $t, first: 1) { totalCount } }", one),
        ("query ($t: String!) { customers(after: $t, first: 1) { totalCount } }", one),
        ("query ($t: String!) { customers(orderBy: {attribute: $t}) { totalCount } }", one),
        ("query ($t: String!) { segment(key: $t) { key } dimension(key: $t) { key } }", one),
        ("query ($t: ID!) { node(id: $t) { id } }", one),
        ("query ($t: String!) { crossTable(rows: $t, columns: $t) { total } }", one),
        (
            "mutation ($t: String!) { tagCustomers(customers: [$t], tags: [{tag: $t}]) { key } }",
            one,
        ),
        ("mutation ($t: String!) { untagCustomers(customers: [$t], tags: [$t]) { key } }", one),
        ("mutation ($t: String!) { deleteSegment(key: $t) }", one),
    ]


def _answer(server: Served, body: bytes) -> Any:
    """Return the data of an answer."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {server.neighbour}",
    }
    connection.request("POST", "/graphql", body, headers)
    found = json.loads(connection.getresponse().read())
    connection.close()
    return found["data"]
