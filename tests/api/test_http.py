"""GraphQL over HTTP: which requests are answered, which are refused, and how."""

import json
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import httpx
import pytest

from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.errors import DatabaseUnavailable
from profilegraph.web.graphql.requests import MAX_BODY
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.identity.credentials import Credential

RESULT = "application/graphql-response+json"
PHONE = "13800138000"


async def post(client: httpx.AsyncClient, query: str, **more: object) -> httpx.Response:
    body = {"query": query, **more}
    return await client.post("/graphql", json=body, headers={"Accept": RESULT})


def error(response: httpx.Response) -> dict[str, Any]:
    found: list[dict[str, Any]] = response.json()["errors"]
    return found[0]


def code(response: httpx.Response) -> str:
    return str(error(response)["extensions"]["code"])


async def test_a_query_is_answered(client):
    response = await post(client, "{ thing { name } }")
    assert response.status_code == 200
    assert response.json() == {"data": {"thing": {"name": "thing"}}}
    assert response.headers["content-type"] == f"{RESULT}; charset=utf-8"


async def test_a_client_that_accepts_plain_json_is_answered_in_it(client):
    response = await client.post("/graphql", json={"query": "{ nothing }"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert code(response) == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("key", [None, "pg_wrong"])
async def test_a_request_without_a_good_key_is_401_in_the_shape_of_graphql(
    make_app, client_of, key
):
    context: dict[str, int] = {}
    async with client_of(make_app(context=context), key) as client:
        response = await post(client, "mutation { touch }")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert code(response) == "UNAUTHENTICATED"
    assert context == {}


@pytest.mark.parametrize("query", ["{ __schema { types { name } } }", "{ __typename }", "{"])
async def test_introspection_needs_a_key(make_app, client_of, query):
    async with client_of(make_app(), None) as client:
        assert (await post(client, query)).status_code == 401


async def test_a_database_that_is_down_while_the_key_is_checked_is_503(make_app, client_of):
    async def check(shown: Credential) -> Principal:
        raise DatabaseUnavailable("no database answers.", hint="Start it.")

    async with client_of(make_app(check_key=check)) as client:
        response = await post(client, "{ __typename }")
    assert response.status_code == 503
    assert code(response) == "DATABASE_UNAVAILABLE"


async def test_a_good_key_is_asked_for_once_in_a_while_and_then_again():
    asked: list[str] = []
    seconds = 0.0

    viewer = Principal("1", "Ann", AuthenticationMethod.API_KEY, ("admin",))

    async def check(shown: Credential) -> Principal:
        asked.append(shown.secret)
        return viewer

    ring = Authenticator(check, seconds=5, clock=lambda: seconds)
    key = Credential.of_bearer("pg_a")
    assert [await ring(key), await ring(key)] == [viewer, viewer]
    assert asked == ["pg_a"]
    seconds = 5.0
    await ring(key)
    assert asked == ["pg_a", "pg_a"]


async def test_a_query_by_get_needs_a_header_that_forces_a_preflight(client):
    address = "/graphql?query={thing{name}}"
    assert code(await client.get(address)) == "PREFLIGHT_REQUIRED"
    response = await client.get(address, headers={"GraphQL-Require-Preflight": "1"})
    assert response.json() == {"data": {"thing": {"name": "thing"}}}


async def test_a_body_of_fifty_megabytes_is_refused_after_the_first(client):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(800):
            sent += 65_536
            yield b" " * 65_536

    headers = {"Content-Type": "application/json"}
    response = await client.post("/graphql", content=endless(), headers=headers)
    assert (response.status_code, code(response)) == (413, "BODY_TOO_LARGE")
    assert sent <= MAX_BODY + 2 * 65_536


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"query": "{ thing { name } }", "variables": ' + b'{"a":' * 100_000,
        b'{"query": "\xff"}',
        b'{"query": "{ thing { name } }", "variables": {"a": "\\ud800"}}',
        b"",
        b'"text"',
        b'{"query": 1}',
        b'{"query": ""}',
        b'{"query": "{ thing { name } }", "variables": "a"}',
        b'{"query": "{ thing { name } }", "operationName": {}}',
        b'{"query": "{ thing { name } }", "extensions": []}',
    ],
)
async def test_a_body_of_another_shape_is_a_bad_request(client, body):
    headers = {"Content-Type": "application/json"}
    response = await client.post("/graphql", content=body, headers=headers)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_deeply_nested_variables_are_refused_cleanly(client):
    wish: Any = "x"
    for _ in range(900):
        wish = {"name": wish}
    response = await post(client, "query($w: Wish!) { echo(wish: $w) }", variables={"w": wish})
    assert response.status_code == 400
    # Which of the two comes first, the interpreter's stack decides.
    assert code(response) in {"BAD_USER_INPUT", "BAD_REQUEST"}


async def test_several_operations_need_a_name(client):
    document = "query A { thing { name } } query B { __typename }"
    assert (await post(client, document)).status_code == 400
    named = await post(client, document, operationName="B")
    assert named.json() == {"data": {"__typename": "Query"}}
    assert code(await post(client, document, operationName="C")) == "OPERATION_RESOLUTION_FAILURE"


@pytest.mark.parametrize(
    ("query", "expected", "told"),
    [
        ("{ thing {", "GRAPHQL_PARSE_FAILED", "Syntax Error"),
        (
            "{ thin }",
            "GRAPHQL_VALIDATION_FAILED",
            "Cannot query field 'thin' on type 'Query'. Did you mean 'thing'?",
        ),
    ],
)
async def test_mistakes_in_a_query_are_told_with_what_was_meant(client, query, expected, told):
    response = await post(client, query)
    assert response.status_code == 400
    assert code(response) == expected
    assert error(response)["message"].startswith(told)


async def test_what_was_meant_is_told_of_variables_too_without_their_values(client):
    query = "query($w: Wish!) { echo(wish: $w) }"
    for wish, told in (
        ({"name": "a", "nam": PHONE}, "Did you mean 'name'"),
        ({"name": PHONE, "kind": "COMPNY"}, "Did you mean the enum value 'COMPANY'?"),
    ):
        response = await post(client, query, variables={"w": wish})
        assert any(told in one["message"] for one in response.json()["errors"])
        assert PHONE not in response.text
        assert "COMPNY" not in response.text


@pytest.mark.parametrize(
    "wish",
    [
        {"name": 13800138000},
        {"name": {"phone": PHONE}},
        {"name": "a", "kind": PHONE},
        {"name": "a", "kind": 13800138000},
        {"name": "a", "amount": f"{PHONE}x"},
        {"name": "a", "at": PHONE},
        {"name": "a", "nam": PHONE},
        {"kind": "COMPANY", "phone": PHONE},
        PHONE,
    ],
)
async def test_a_wrong_variable_is_named_and_its_value_is_not_repeated(client, log: StringIO, wish):
    response = await post(client, "query($w: Wish!) { echo(wish: $w) }", variables={"w": wish})
    assert (response.status_code, code(response)) == (400, "BAD_USER_INPUT")
    assert "Variable '$w'" in error(response)["message"]
    assert PHONE not in response.text
    assert PHONE not in log.getvalue()


async def test_an_expected_error_says_its_code_place_and_what_to_do(client):
    response = await post(client, "{ refused }")
    assert response.status_code == 200
    assert response.json()["data"] == {"refused": None}
    assert error(response)["message"] == "it cannot be used."
    assert error(response)["extensions"] == {
        "code": "INVALID_INPUT",
        "hint": "Use another.",
        "where": "wish.name",
    }


async def test_a_bug_is_masked_and_logged_under_the_same_id_without_values(client, log: StringIO):
    response = await post(client, "{ broken }")
    assert error(response)["message"] == "Internal error e1."
    assert error(response)["extensions"] == {"code": "INTERNAL", "errorId": "e1"}
    assert PHONE not in response.text
    assert PHONE not in log.getvalue()
    entry = next(e for e in map(json.loads, log.getvalue().splitlines()) if e["event"] == "bug")
    assert (entry["error_id"], entry["path"]) == ("e1", ["broken"])
    assert entry["exception"][0] == "builtins.ZeroDivisionError"
    assert any("broken: raise ZeroDivisionError" in line for line in entry["exception"])


async def test_the_access_log_has_no_query_no_key_and_no_unknown_path(client, log: StringIO):
    await post(client, '{ echo(wish: {name: "张三"}) }')
    await client.get(f"/customers/{PHONE}")
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    asked = [entry for entry in entries if entry["event"] == "request"]
    assert [(e["path"], e["status"]) for e in asked] == [("/graphql", 200), ("(unknown)", 404)]
    assert "张三" not in log.getvalue()
    assert "pg_good" not in log.getvalue()


async def test_every_answer_forbids_sniffing_framing_and_referrers(client):
    for path in ("/health", "/graphql", "/nowhere"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


SITE = "https://crm.example.com"
ASKING = {
    "Origin": SITE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type",
}


async def test_pages_of_the_sites_that_are_named_may_ask(make_app, client_of):
    async with client_of(make_app(origins=(SITE,))) as client:
        before = await client.options("/graphql", headers=ASKING)
        query = {"query": "{ thing { name } }"}
        answered = await client.post("/graphql", json=query, headers={"Origin": SITE})
        refused = await client.post("/graphql", content="{", headers={"Origin": SITE})
    assert before.status_code == 200
    allowed = before.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "graphql-require-preflight"} <= set(allowed)
    for response in (before, answered, refused):
        assert response.headers["access-control-allow-origin"] == SITE
        assert "access-control-allow-credentials" not in response.headers
    assert answered.json() == {"data": {"thing": {"name": "thing"}}}


@pytest.mark.parametrize(
    ("named", "asking"), [((), SITE), ((SITE,), "https://crm.example.com.evil.example")]
)
async def test_no_page_of_another_site_may_ask(make_app, client_of, named, asking):
    async with client_of(make_app(origins=named)) as client:
        before = await client.options("/graphql", headers=ASKING | {"Origin": asking})
        query = {"query": "{ thing { name } }"}
        answered = await client.post("/graphql", json=query, headers={"Origin": asking})
    assert before.status_code >= 400
    for response in (before, answered):
        assert "access-control-allow-origin" not in response.headers


async def test_long_answers_are_compressed_and_short_ones_are_not(client):
    async def received(query: str, encoding: str) -> tuple[httpx.Response, int]:
        headers = {"Accept-Encoding": encoding}
        async with client.stream("POST", "/graphql", json={"query": query}, headers=headers) as one:
            size = len(b"".join([part async for part in one.aiter_raw()]))
        return one, size

    introspection = "{ __schema { types { name description fields { name description } } } }"
    plain, whole = await received(introspection, "identity")
    packed, size = await received(introspection, "gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert size < whole / 3
    short, _ = await received("{ thing { name } }", "gzip")
    assert "content-encoding" not in short.headers


async def test_graphiql_is_served_from_local_files_under_a_strict_policy(make_app, client_of):
    async with client_of(make_app(), None) as client:
        page = await client.get("/graphiql")
        files = [await client.get(f"/graphiql/graphiql.{kind}") for kind in ("js", "css")]
    assert [file.status_code for file in (page, *files)] == [200, 200, 200]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert "://" not in page.text


async def test_health_is_answered_while_every_check_fails(make_app, client_of):
    async def down() -> str:
        raise DatabaseUnavailable("no database answers at bolt://10.0.0.1.")

    async def impaired() -> str:
        return "1 failed"

    checks = {"database": down, "plugins": impaired}
    async with client_of(make_app(checks=checks), None) as client:
        assert (await client.get("/health")).json() == {"status": "alive"}
        ready = await client.get("/ready")
    assert ready.status_code == 503
    assert ready.json() == {
        "status": "not ready",
        "checks": {"database": "DATABASE_UNAVAILABLE", "plugins": "1 failed"},
    }


async def test_where_the_database_is_is_not_told_to_callers(make_app, client_of):
    async def down(secret: str) -> object:
        raise DatabaseUnavailable(
            "no database answers.", where="bolt://10.0.0.1:7687", hint="Wait."
        )

    async with client_of(make_app(check_key=down)) as client:
        answer = await client.post("/graphql", json={"query": "{thing{name}}"})
    error = answer.json()["errors"][0]
    assert answer.status_code == 503
    assert error["extensions"] == {"code": "DATABASE_UNAVAILABLE", "hint": "Wait."}
    assert "10.0.0.1" not in answer.text


async def test_a_part_that_is_only_impaired_leaves_the_service_ready(make_app, client_of):
    async def impaired() -> str:
        return "1 failed"

    async with client_of(make_app(checks={"plugins": impaired}), None) as client:
        ready = await client.get("/ready")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"plugins": "1 failed"})


async def test_shutting_down_closes_what_the_application_was_given(make_app):
    closed: list[bool] = []

    async def close() -> None:
        closed.append(True)

    app = make_app(close=close)
    async with app.router.lifespan_context(app):
        assert closed == []
    assert closed == [True]
