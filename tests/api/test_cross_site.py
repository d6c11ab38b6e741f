"""What a page of another site could make a browser send: nothing of it is executed."""

from typing import Any

import pytest

from tests.api.test_http import RESULT, code

MUTATION = '{"query": "mutation { touch }"}'
SAFE = {"GraphQL-Require-Preflight": "1"}
"""What no page of another site can send before the API has agreed to it."""


@pytest.fixture
def context() -> dict[str, int]:
    """What the mutation `touch` changes."""
    return {}


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "text/plain; charset=utf-8",
        "text/plain; application/json",
        "text/plain, application/json",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
    ],
)
async def test_a_body_that_is_not_said_to_be_json_is_refused(make_app, client_of, context, kind):
    async with client_of(make_app(context=context)) as client:
        headers = {} if kind is None else {"Content-Type": kind}
        response = await client.post("/graphql", content=MUTATION, headers=headers)
    assert (response.status_code, code(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert context == {}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (f"[{MUTATION}]", "BATCH_REFUSED"),
        (f"[{MUTATION}, {MUTATION}]", "BATCH_REFUSED"),
        ("[]", "BATCH_REFUSED"),
        (f'{{"query": [{MUTATION}]}}', "BAD_REQUEST"),
    ],
)
async def test_a_list_of_operations_is_refused(make_app, client_of, context, body, refusal):
    async with client_of(make_app(context=context)) as client:
        headers = {"Content-Type": "application/json"}
        response = await client.post("/graphql", content=body, headers=headers)
    assert (response.status_code, code(response)) == (400, refusal)
    assert context == {}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", ["*/*", RESULT, "application/json", "text/event-stream"])
async def test_an_accepted_type_alone_does_not_make_a_get_safe(client, method, accept):
    # Browsers let any page set Accept on a request to another site, without asking that site.
    response = await client.request(
        method, "/graphql?query={thing{name}}", headers={"Accept": accept}
    )
    assert response.status_code == 400
    assert response.request.method == "HEAD" or code(response) == "PREFLIGHT_REQUIRED"


@pytest.mark.parametrize(
    "parameters",
    [
        {"query": "mutation { touch }"},
        {"query": "query A { __typename } mutation B { touch }", "operationName": "B"},
        {"query": "mutation { touch }", "extensions": "{}", "variables": "{}"},
    ],
)
async def test_no_mutation_comes_by_get(make_app, client_of, context, parameters: dict[str, Any]):
    async with client_of(make_app(context=context)) as client:
        response = await client.get("/graphql", params=parameters, headers=SAFE)
        body = {"headers": SAFE | {"Content-Type": "application/json"}, "content": MUTATION}
        await client.request("GET", "/graphql", params=parameters, **body)
        await client.request("HEAD", "/graphql", params=parameters, **body)
        await client.request("HEAD", "/graphql", **body)
    assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["allow"] == "POST"
    assert context == {}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_refused(make_app, client_of, context, method):
    async with client_of(make_app(context=context)) as client:
        headers = SAFE | {"Content-Type": "application/json"}
        response = await client.request(method, "/graphql", content=MUTATION, headers=headers)
    assert (response.status_code, code(response)) == (405, "METHOD_NOT_ALLOWED")
    assert context == {}
