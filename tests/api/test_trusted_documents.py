"""Trusted documents: sent by id over every transport, and what becomes of all others."""

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import parse
from starlette.applications import Starlette

from profilegraph.api.documents.trusted import TrustedDocuments, document_id, read_manifest
from profilegraph.api.runtime import operations
from profilegraph.api.runtime.executor import Executor
from profilegraph.api.runtime.ids import encode_text
from profilegraph.api.runtime.operations import RunnableSchema
from profilegraph.config import DocumentsMode
from profilegraph.errors import InvalidConfiguration
from profilegraph.services.identity.keys import create_key
from profilegraph.web.service import platform_app
from tests.api.conftest import OneSchema, Query
from tests.api.test_http import RESULT, code, error
from tests.api.test_streams import COMPLETE, stream
from tests.api.test_subscriptions import opened
from tests.support.following import FOLLOW, enter, made_live
from tests.support.serving import serving

KNOWN = "query Thing { thing { name } }"
OTHER = "query Other { thing { thing { name } } }"
ID = document_id(KNOWN)
ANSWER = {"data": {"thing": {"name": "thing"}}}

Ask = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def client_with(make_app: Callable[..., Starlette], client_of: Ask) -> Ask:
    """A client of an API that knows one document."""

    def client_with(mode: DocumentsMode, count: Callable[[], object] = lambda: None) -> Any:
        return client_of(make_app(documents=TrustedDocuments({ID: KNOWN}, mode, count)))

    return client_with


async def post(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/graphql", json=body, headers={"Accept": RESULT})


@pytest.mark.parametrize("mode", DocumentsMode)
@pytest.mark.parametrize("prefix", ["", "sha256:"])
async def test_a_known_document_is_sent_by_its_id(client_with, mode, prefix):
    async with client_with(mode) as client:
        response = await post(client, documentId=prefix + ID)
        headers = {"GraphQL-Require-Preflight": "1"}
        got = await client.get("/graphql", params={"documentId": prefix + ID}, headers=headers)
    assert (response.status_code, response.json()) == (200, ANSWER)
    assert got.json() == ANSWER


@pytest.mark.parametrize("mode", DocumentsMode)
@pytest.mark.parametrize("wrong", [document_id(OTHER), ID.upper(), f"md5:{ID}", "x"])
async def test_an_unknown_id_is_refused(client_with, mode, wrong):
    async with client_with(mode) as client:
        response = await post(client, documentId=wrong)
    assert (response.status_code, code(response)) == (400, "UNKNOWN_DOCUMENT")
    assert error(response)["extensions"]["hint"]


@pytest.mark.parametrize(
    "body", [{"documentId": ID, "query": KNOWN}, {"documentId": 1}, {"documentId": ""}, {}]
)
async def test_a_request_has_either_a_document_or_an_id(client_with, body):
    async with client_with(DocumentsMode.OFF) as client:
        response = await post(client, **body)
    assert (response.status_code, code(response)) == (400, "BAD_REQUEST")


async def test_only_known_documents_are_answered_where_that_is_enforced(client_with):
    async with client_with(DocumentsMode.ENFORCE) as client:
        assert (await post(client, query=KNOWN)).json() == ANSWER
        for other in (
            OTHER,
            KNOWN + " ",
            "{ __schema { types { name } } }",
            "{",
            "mutation { touch }",
        ):
            response = await post(client, query=other)
            assert (response.status_code, code(response)) == (400, "UNTRUSTED_DOCUMENT")
            assert error(response)["extensions"]["hint"]


async def test_other_documents_are_counted_and_each_is_logged_once(client_with, log: StringIO):
    counted: list[None] = []
    async with client_with(DocumentsMode.LOG, lambda: counted.append(None)) as client:
        for operation in ("Other", "Other", "张三"):
            await post(client, query=OTHER, operationName=operation)
        assert (await post(client, query=KNOWN)).json() == ANSWER
        await post(client, query=KNOWN + " ", operationName="张三")
    assert len(counted) == 4
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    logged = [one for one in entries if one["event"] == "untrusted_document"]
    assert [(one["document"], one["operation"]) for one in logged] == [
        (document_id(OTHER), "Other"),
        (document_id(KNOWN + " "), None),
    ]
    assert "thing" not in log.getvalue()
    assert "张三" not in log.getvalue()


async def test_other_documents_are_answered_and_not_counted_where_nothing_is_said(client_with):
    counted: list[None] = []
    async with client_with(DocumentsMode.OFF, lambda: counted.append(None)) as client:
        assert "errors" not in (await post(client, query=OTHER)).json()
    assert counted == []


async def test_a_known_document_is_parsed_and_validated_once_whatever_else_is_asked(monkeypatch):
    parsed: list[str] = []

    def counted(text: str, **options: Any) -> Any:
        parsed.append(text)
        return parse(text, **options)

    class Fresh(OneSchema):
        current = RunnableSchema(Query)

    monkeypatch.setattr(operations, "parse", counted)
    executor = Executor(Fresh(), documents=TrustedDocuments({ID: KNOWN}, DocumentsMode.LOG))
    executor.check_documents()
    for number in range(300):  # more than are remembered of others
        await executor.execute(f"{{ thing {{ n{number}: name }} }}", None, None, {})
    assert (await executor.execute(KNOWN, None, None, {})).result == ANSWER
    assert parsed.count(KNOWN) == 1


def test_documents_that_the_schema_does_not_allow_are_logged_at_the_start(log: StringIO):
    texts = {document_id(text): text for text in (KNOWN, "{ nothing }", "{")}
    Executor(OneSchema(), documents=TrustedDocuments(texts)).check_documents()
    entries = [json.loads(line) for line in log.getvalue().splitlines()]
    told = {one["document"]: one["reason"] for one in entries}
    assert told.keys() == {document_id("{ nothing }"), document_id("{")}
    assert told[document_id("{ nothing }")].startswith("Cannot query field 'nothing'")


async def test_a_subscription_is_sent_by_its_id_over_sockets_and_streams(api, tmp_path: Path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({document_id(FOLLOW): FOLLOW}), "utf-8")
    documents = {"documents": manifest, "documents_mode": DocumentsMode.ENFORCE}
    platform = replace(api.platform, settings=api.platform.settings.model_copy(update=documents))
    key = await create_key(api.platform.database, "Front end", datetime(2026, 1, 1, tzinfo=UTC))
    await enter(api, await made_live(api), "a")
    variables = {"after": encode_text("move:0.0")}
    asked = {"documentId": f"sha256:{document_id(FOLLOW)}", "variables": variables}
    async with serving(platform_app(platform, lambda: api.now)) as address:
        async with stream(address, key, asked) as followed:
            assert await followed.move() == "a"
        async with stream(address, key, "{ __typename }") as refused:
            [first] = (await refused.next())[1]["errors"]
            assert first["extensions"]["code"] == "UNTRUSTED_DOCUMENT"
            assert await refused.next() == COMPLETE
        async with opened(address.replace("http", "ws") + "/graphql") as client:
            await client.begin(Authorization=f"Bearer {key}")
            await client.send(type="subscribe", id="1", payload=asked)
            told = (await client.next())["payload"]["data"]["segmentMembership"]
            assert told["customer"]["key"] == "a"
            await client.send(type="subscribe", id="2", payload={"documentId": "x"})
            refusal = await client.next()
            assert (refusal["type"], refusal["id"]) == ("error", "2")
            assert refusal["payload"][0]["extensions"]["code"] == "UNKNOWN_DOCUMENT"
    assert "profilegraph_untrusted_documents_total 1.0" in platform.cache.metrics.text().decode()


async def test_a_mode_without_a_manifest_cannot_be_served(api):
    settings = api.platform.settings.model_copy(update={"documents_mode": DocumentsMode.ENFORCE})
    with pytest.raises(InvalidConfiguration, match="PROFILEGRAPH_DOCUMENTS is not"):
        platform_app(replace(api.platform, settings=settings), lambda: api.now)


@pytest.mark.parametrize(
    "text",
    [None, "{", "[]", '{"a": 1}', json.dumps({document_id(OTHER): KNOWN}), json.dumps({"": KNOWN})],
)
def test_a_manifest_that_cannot_be_used_is_refused(tmp_path: Path, text: str | None):
    path = tmp_path / "manifest.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(InvalidConfiguration, match=r"the manifest .* cannot be used"):
        read_manifest(path)


@pytest.mark.parametrize("prefix", ["", "sha256:"])
def test_the_ids_of_a_manifest_may_have_their_prefix(tmp_path: Path, prefix: str):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({prefix + ID: KNOWN}), "utf-8")
    assert read_manifest(path) == {ID: KNOWN}
