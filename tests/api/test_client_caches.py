"""The example client: its documents are typed, and normalised caches say of them what the network says."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from profilegraph.api.runtime.context import ApiContext
from profilegraph.api.runtime.executor import Executor
from profilegraph.api.runtime.schemas import Schemas
from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.web.app import build_app
from profilegraph.web.identity.authenticator import Authenticator
from tests.api.conftest import Api, check_key
from tests.support import npm
from tests.support.serving import serving

WARM = {"tags": {"dimension": "temperature", "anyOf": ["warm"]}}
SAVE = """mutation($key: String!, $f: FilterInput!) { saveSegment(input: {key: $key,
  labels: {zhCN: "人群", en: "Segment"}, filter: $f}) { version } }"""
TAG = """mutation($keys: [String!]!) {
  tagCustomers(customers: $keys, tags: [{tag: "temperature/warm"}]) { key } }"""
PEOPLE = """mutation {
  saveDepartment(input: {key: "it", customer: "a", name: "IT", function: IT}) { key }
  saveDecisionMaker(input: {key: "li", customer: "a", name: "李", role: DECIDER, department: "it"}) { key }
  recordEvents(events: [{key: "e", customer: "a", person: "li", type: "visit_page",
    at: "2026-02-20T09:00:00Z", content: "pricing"}]) { key }
}"""
RANK = """mutation { saveSegmentGroup(key: "g", labels: {zhCN: "组", en: "Group"},
  segments: ["warm", "all"]) { key } }"""
BEFORE = "2026-02-01T00:00:00+00:00"
MUTATIONS = {"SaveSegment", "DeleteSegment", "TagCustomers"}


@pytest.fixture(scope="module")
def client() -> None:
    """The client's packages, and what is generated from the schema that ships."""
    npm.EXAMPLE.install()
    npm.EXAMPLE.run("node", "types.ts")


@pytest.fixture
async def past(api: Any) -> Any:
    """Two segments and their group; one has two versions, a snapshot and other members two days ago."""
    for key in ("a", "b", "c"):
        await api("mutation($k: String!) { saveCustomer(input: {key: $k}) { key } }", k=key)
    await api(TAG, keys=["a", "b"])
    await api(PEOPLE)
    await api(SAVE, key="warm", f=WARM)
    await api(SAVE, key="all", f={"all": []})
    await api('mutation { takeSnapshot(key: "warm", snapshotKey: "then") { key } }')
    await api(RANK)
    api.start = api.now
    api.now += timedelta(days=2)
    await api(SAVE, key="warm", f={"not": WARM})
    await api(TAG, keys=["c"])
    return api


def asks(moment: str, ids: list[str]) -> list[dict[str, Any]]:
    """Return what is asked for: every query of the client, of now, of then and of each version."""
    found: list[tuple[str, dict[str, Any]]] = [
        ("Segments", {}),
        ("Segments", {"locale": "zh-CN"}),
        ("Segment", {"key": "warm"}),
        ("Segment", {"key": "warm", "version": 1}),
        ("Segment", {"key": "warm", "version": 2}),
        ("Segment", {"key": "warm", "asOf": moment}),
        ("Segment", {"key": "warm", "now": BEFORE}),
        ("Segment", {"key": "then"}),
        ("SegmentHistory", {"key": "warm"}),
        ("Group", {"key": "g"}),
        ("Group", {"key": "g", "asOf": moment}),
        ("Group", {"key": "g", "now": BEFORE}),
        *(("Primary", {"customer": "a", "group": "g", "asOf": at}) for at in (None, moment)),
        *(("AnyNode", {"id": one}) for one in ids),
        ("Preview", {"filter": WARM, "dimensions": ["temperature"]}),
        ("Preview", {"filter": WARM, "dimensions": ["temperature"], "asOf": moment}),
        ("Preview", {"filter": {"not": WARM}, "dimensions": ["pains"]}),
        *(("Why", {"customer": "a", "segment": "warm", "asOf": at}) for at in (None, moment)),
        *(("Overlap", {"segments": ["warm", "all"], "asOf": at}) for at in (None, moment)),
        ("Compare", {"a": "warm"}),
        ("CrossTable", {"rows": "temperature", "columns": "pains"}),
        ("Customers", {}),
        ("Customers", {"filter": WARM}),
        ("Customers", {"filter": WARM, "asOf": moment}),
        ("Customer", {"key": "a"}),
        ("Customer", {"key": "b", "locale": "zh-CN"}),
        ("Taxonomies", {}),
        ("Dimension", {"key": "temperature"}),
        ("Viewer", {}),
        ("Destinations", {}),
        ("TaxonomyChanges", {}),
    ]
    return [{"operation": name, "variables": variables} for name, variables in found]


async def test_normalised_caches_say_of_every_document_what_the_network_says(client, past):
    ids = await past(
        """query($at: DateTime!) {
      a: segment(key: "warm") { id versions { id } } b: segment(key: "warm", asOf: $at) { id }
      c: segmentGroup(key: "g", asOf: $at) { id }
      d: segment(key: "warm", now: $at) { id } e: segmentGroup(key: "g", now: $at) { id } }""",
        at=past.start.isoformat(),
    )
    every = [ids["a"]["id"], *(one["id"] for one in ids["a"]["versions"])]
    every += [ids[name]["id"] for name in "bcde"]
    assert len(set(every)) == 7
    asked = asks(past.start.isoformat(), every)
    documents = {
        one.name.value
        for path in (npm.EXAMPLE.folder / "documents").glob("*.graphql")
        for one in parse(path.read_text("utf-8")).definitions
        if isinstance(one, OperationDefinitionNode) and one.name
    }
    assert documents == {one["operation"] for one in asked} | MUTATIONS
    async with served(past) as address:
        given = {"url": address, "key": "pg_good", "asks": asked}
        differences = json.loads(await npm.EXAMPLE.answer("compare.ts", given=json.dumps(given)))
    assert [(one["cache"], one["operation"], one["variables"]) for one in differences] == []


def test_the_client_is_typed_and_its_types_fit(client):
    npm.EXAMPLE.run(str(npm.EXAMPLE.folder / "node_modules" / ".bin" / "tsc"), "--noEmit")
    text = (npm.EXAMPLE.folder / "generated" / "documents.ts").read_text("utf-8")
    line = re.search(r"export type SegmentLineFragment = .*", text)
    assert line is not None
    assert "id: string" in line[0]
    assert "count: number | null" in line[0]


@asynccontextmanager
async def served(api: Api) -> AsyncIterator[str]:
    """Serve the API meanwhile, as it is served: from an index."""
    viewer = Principal("1", api.author, AuthenticationMethod.API_KEY, ("admin",))
    cache = GraphCache(api.platform.database, 2**30)
    platform = replace(api.platform, cache=cache)

    async def new_context(_: object) -> ApiContext:
        return ApiContext(platform, viewer, api.now)

    app = build_app(
        executor=Executor(Schemas(platform.catalogue, platform.host)),
        authenticate=Authenticator(check_key),
        new_context=new_context,
        checks={},
    )
    try:
        await cache.indexed()
        async with serving(app) as address:
            yield address
    finally:
        await cache.close()
