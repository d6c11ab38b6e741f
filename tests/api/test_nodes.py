"""Global ids: whatever has a key has one, each means one thing, and all are found by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType
from hypothesis import given
from hypothesis import strategies as st

from profilegraph.api.runtime.ids import GlobalId, decode_id, encode_id, encode_text
from profilegraph.api.schema import build_schema
from profilegraph.domain.records.activity import FollowUp, FollowUpKind, Opportunity
from profilegraph.domain.records.customers import Consent, Customer
from profilegraph.domain.records.organisation import Employee, Team
from profilegraph.errors import InvalidInput
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from tests.api.conftest import Api
from tests.integration.test_sending import Post
from tests.support.plugins import with_plugins

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCHEMA = build_schema()._schema
NODE = SCHEMA.type_map["Node"]
assert isinstance(NODE, GraphQLInterfaceType)
KINDS = sorted(one.name for one in SCHEMA.get_possible_types(NODE))
FIND = "query($id: ID!) { node(id: $id) { __typename id } }"
MADE = """mutation {
  saveDepartment(input: {key: "it", customer: "acme"}) { id }
  saveDecisionMaker(input: {key: "li", customer: "acme"}) { id }
  recordEvents(events: [{key: "e", customer: "acme", type: "purchase", at: "2026-01-01T00:00:00Z"}]) { id }
  saveSegment(input: {key: "s", labels: {zhCN: "全", en: "All"}, filter: {all: []}}) { id }
  static: saveStaticSegment(input: {key: "l", labels: {zhCN: "表", en: "List"}, customers: []}) { id }
  saveSegmentGroup(key: "g", labels: {zhCN: "组", en: "Group"}, segments: ["s", "l"]) { id }
  setSegmentLive(key: "s", onChange: true) { id }
  saveRole(key: "r", permissions: []) { id }
  createApiKey(name: "k") { apiKey { id } }
  saveWebhook(key: "h", segment: "s", url: "https://example.com/hook") { webhook { id } }
}"""
LENT = """mutation($until: DateTime!) {
  saveTaxonomy(input: {key: "own", labels: {zhCN: "自建", en: "Own"}}) { id }
  saveDimension(input: {taxonomy: "own", key: "level", labels: {zhCN: "等级", en: "Level"}}) { id }
  lendDuty(dimension: "temperature", duty: TAG, until: $until, employee: "li") { id employee { id } }
}"""
SENT = """mutation($change: TaxonomyChangeInput!) {
  sendSegment(key: "s", to: "post", options: [{name: "folder", value: "x"}]) { id }
  planTaxonomyChange(change: $change) { id }
}"""
DEFINED = """{
  customer(key: "acme") { id opportunities { id } followUps { id } consents { id } }
  dimension(key: "temperature") { id tags { id } }
  taxonomies { id attributes { id } events { id } metrics { id } }
  destinations { id }
}"""


def test_whatever_has_a_key_has_an_id() -> None:
    objects = [one for one in SCHEMA.type_map.values() if isinstance(one, GraphQLObjectType)]
    assert {one.name for one in objects if "key" in one.fields} == set(KINDS)
    assert {one.name for one in objects if "id" in one.fields} == set(KINDS)


def test_deletions_have_one_shape() -> None:
    mutation = SCHEMA.mutation_type
    assert mutation is not None
    found = {name: field for name, field in mutation.fields.items() if name.startswith("delete")}
    assert len(found) == 4
    for field in found.values():
        assert (str(field.type), sorted(field.args)) == ("ID", ["idempotencyKey", "key"])


@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1),
    st.none() | st.integers(1, 10**9 - 1),
    st.none() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.datetimes(timezones=st.just(UTC)),
)
def test_an_id_is_read_as_it_was_written(
    key: str, version: int | None, as_of: datetime | None, now: datetime | None
) -> None:
    one = GlobalId("Segment", key, version, as_of, now)
    assert decode_id(one.text()) == one


@pytest.mark.parametrize(
    "text", ["", "Segment", "Segment:", "Segment:s\nversion=x", "Segment:s\nasOf=2026-01-01"]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no id of the API"):
        decode_id(encode_text(text))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_node_that_is_gone_is_null(api: Api, kind: str) -> None:
    assert await api(FIND, id=encode_id(kind, "nothing")) == {"node": None}


async def test_every_kind_of_node_is_found_by_its_id(platform: Platform) -> None:
    api = Api(with_plugins(platform, acme=Post()), NOW)
    await save(
        platform,
        [
            Customer(key="acme"),
            Team(key="sales", name="Sales"),
            Employee(key="li", name="Li", team="sales"),
            Opportunity(key="o", customer="acme"),
            FollowUp(key="f", customer="acme", kind=FollowUpKind.CALL, at=NOW, employee="li"),
            Consent(key="c", customer="acme", purpose="email", granted=True, at=NOW),
        ],
        NOW,
    )
    until = (NOW + timedelta(days=1)).isoformat()
    change = {"deprecate": {"target": "level"}}
    made = (
        await api(MADE)
        | await api(LENT, until=until)
        | await api(SENT, change=change)
        | await api(DEFINED)
    )
    told = {kind for id_ in ids(made) if (kind := await found(api, id_))}
    assert told | {"Team", "BrowserSession"} == set(KINDS)
    assert await found(api, encode_id("Team", "sales")) == "Team"
    api.author = "Ben"
    error = await api.error(FIND, id=made["saveWebhook"]["webhook"]["id"])
    assert error["extensions"]["code"] == "FORBIDDEN"


async def found(api: Api, id_: str) -> str:
    """Return of what type the object of an id is."""
    node = (await api(FIND, id=id_))["node"]
    assert node["id"] == id_
    kind: str = node["__typename"]
    return kind


def ids(value: Any) -> set[str]:
    """Return one id of each type that is anywhere in an answer."""
    if isinstance(value, list):
        return ids({str(place): one for place, one in enumerate(value)})
    if not isinstance(value, dict):
        return set()
    inner = [ids(one) for one in value.values()]
    every = {value["id"]} if "id" in value else set()
    return set({decode_id(one).kind: one for one in every.union(*inner)}.values())
