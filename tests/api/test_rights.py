"""Rights over the API: permissions by field, rows in every answer, contact data masked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_composite_type,
)

from profilegraph.api.runtime.internals import core_schema
from profilegraph.api.runtime.permissions import required
from profilegraph.api.schema import build_schema
from profilegraph.domain.access import BUILT_IN_ROLES, Permission
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import (
    Customer,
    Identity,
    IdentityKind,
    Relation,
    RelationKind,
)
from profilegraph.domain.records.organisation import Employee, Ownership, Team
from profilegraph.services.customers.records import save
from tests.api.conftest import Api

CORE = core_schema(build_schema())
LI_SEES = {"a", "b"}
PHONE, EMAIL = "+8613800138000", "wang@acme.example"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def owned(api: Api) -> Api:
    """Six customers: two of Li, one of Wang in the same team, one of Zhao below, two of others."""
    owners = {"a": "li", "b": "li", "c": "wang", "d": "zhao", "e": "sato"}
    relations = [("a", "c"), ("c", "b"), ("a", "b"), ("b", "e")]
    await save(
        api.platform,
        [
            *[Team(key="north"), Team(key="beijing", parent="north"), Team(key="japan")],
            *[Employee(key=key, team="north") for key in ("li", "wang")],
            *[Employee(key="zhao", team="beijing"), Employee(key="sato", team="japan")],
            *[Customer(key=key, name=f"Company {key}") for key in "abcdef"],
            *[Ownership(employee=by, customer=key, since=SINCE) for key, by in owners.items()],
            *[Relation(customer=one, other=two, kind=RelationKind.PARTNER)
              for one, two in relations],
            *[Event(key=f"e-{key}", customer=key, type="purchase", at=api.now - timedelta(days=3))
              for key in "abce"],
            *[Identity(kind=IdentityKind.PHONE, value=f"+861380013800{n}", customer=key)
              for n, key in enumerate("abcdef")],
            Identity(kind=IdentityKind.EMAIL, value=EMAIL, customer="a"),
            Identity(kind=IdentityKind.WEBSITE, value="acme.example", customer="a"),
        ],
        api.now,
    )  # fmt: skip
    return api


def viewed(api: Api, *roles: str, employee: str | None = "li", rows: Any = None) -> Api:
    api.roles, api.employee, api.rows = roles, employee, rows
    return api


COUNTS = """query ($f: FilterInput!) { segmentPreview(filter: $f) {
  count members(first: 10) { edges { node { key name } } pageInfo { hasNextPage } }
  waterfall { total steps { kept removed } } } }"""
BOUGHT = {"event": {"type": "purchase"}}


async def seen_by(api: Api, filter_: Any) -> tuple[int, set[str], int]:
    """Return the count, the members and the number of all customers."""
    found = (await api(COUNTS, f=filter_))["segmentPreview"]
    keys = {edge["node"]["key"] for edge in found["members"]["edges"]}
    return found["count"], keys, found["waterfall"]["total"]


@pytest.mark.parametrize(
    ("role", "employee", "everyone", "bought"),
    [
        ("admin", "li", set("abcdef"), set("abce")),
        ("sales", "li", {"a", "b"}, {"a", "b"}),
        ("sales", "wang", {"c"}, {"c"}),
        ("sales", "nobody", None, None),
        ("analyst", "li", set("abcdef"), set("abce")),
        ("partner", None, set(), set()),
    ],
)
async def test_each_role_is_answered_about_its_own_rows(
    owned: Api, role: str, employee: str | None, everyone: set[str] | None, bought: set[str]
) -> None:
    api = viewed(owned, role, employee=employee)
    if everyone is None:
        with pytest.raises(Exception, match="not there any more"):
            await seen_by(api, BOUGHT)
        return
    rest = everyone - bought
    assert await seen_by(api, BOUGHT) == (len(bought), bought, len(everyone))
    assert await seen_by(api, {"not": BOUGHT}) == (len(rest), rest, len(everyone))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("OWN", {"a", "b"}),
        ("TEAM", {"a", "b", "c"}),
        ("TEAM_AND_BELOW", {"a", "b", "c", "d"}),
        ("ALL", set("abcdef")),
    ],
)
async def test_a_role_of_ones_own_grants_for_own_team_or_all_customers(
    owned: Api, rows: str, expected: set[str]
) -> None:
    await owned(
        'mutation ($r: RowAccess!) { saveRole(key: "mine", rows: $r,'
        " permissions: [CUSTOMERS_READ, SEGMENTS_READ]) { key rows } }",
        r=rows,
    )
    assert (await seen_by(viewed(owned, "mine"), {"all": []}))[1] == expected


async def test_rows_can_be_any_filter_and_a_key_narrows_them(owned: Api) -> None:
    await owned(
        'mutation ($f: JSON!) { saveRole(key: "buyers", rows: FILTER, filter: $f,'
        " permissions: [CUSTOMERS_READ, SEGMENTS_READ]) { key } }",
        f=BOUGHT,
    )
    assert (await seen_by(viewed(owned, "buyers"), {"all": []}))[1] == set("abce")
    narrowed = viewed(owned, "buyers", rows={"owner": {"employees": ["li", "sato"]}})
    assert (await seen_by(narrowed, {"all": []}))[1] == set("abe")


async def test_a_filter_of_rows_names_no_segment_and_nothing_unknown(owned: Api) -> None:
    await owned(
        'mutation { saveSegment(input: {key: "s", labels: {en: "S"}, filter: {all: []}}) {key} }'
    )
    asked = (
        'mutation ($f: JSON!) { saveRole(key: "r", rows: FILTER, filter: $f, permissions: []) '
        "{ key } }"
    )
    for filter_, code in (
        ({"segment": {"key": "s"}}, "INVALID_FILTER"),
        ({"tags": {"dimension": "nothing"}}, "INVALID_FILTER"),
        ({"what": 1}, "INVALID_FILTER"),
    ):
        assert (await owned.error(asked, f=filter_))["extensions"]["code"] == code


async def test_a_customer_out_of_rows_is_as_one_that_does_not_exist(owned: Api) -> None:
    ids = await owned('{ customer(key: "e") { id events { id } } }')
    event, customer = ids["customer"]["events"][0]["id"], ids["customer"]["id"]
    api = viewed(owned, "sales")
    asked = f"""{{ c: customer(key: "e") {{ key }} n: node(id: "{customer}") {{ id }}
      m: node(id: "{event}") {{ id }} i: customer(identity: {{kind: PHONE, value: "+8613800138004"}})
      {{ key }} s: customers(search: "Company") {{ totalCount edges {{ node {{ key }} }} }} }}"""
    found = await api(asked)
    assert [found[name] for name in "cnmi"] == [None] * 4
    assert found["s"]["totalCount"] == 2
    why = "query ($k: String!) { explainMember(customer: $k, filter: {all: []}) { holds } }"
    hidden, absent = [(await api.error(why, k=key)) for key in ("e", "none")]
    assert str(hidden).replace("'e'", "") == str(absent).replace("'none'", "")


async def test_what_is_written_to_a_hidden_customer_is_refused_as_to_none(owned: Api) -> None:
    api = viewed(owned, "sales")
    tag = (
        """mutation ($k: String!) { tagCustomers(customers: [$k], tags: [{tag: "x/y"}]) { key } }"""
    )
    event = """mutation ($k: String!) { recordEvents(events: [{key: "n", customer: $k,
      type: "purchase", at: "2026-02-01T00:00:00Z"}]) { key } }"""
    for asked in (tag, event):
        hidden, absent = [(await api.error(asked, k=key)) for key in ("e", "none")]
        assert hidden["extensions"]["code"] == absent["extensions"]["code"] == "NOT_FOUND"
        assert hidden["message"].replace("'e'", "") == absent["message"].replace("'none'", "")
    save_customer = 'mutation ($k: String!) { saveCustomer(input: {key: $k, name: "N"}) { key } }'
    assert (await api.error(save_customer, k="e"))["extensions"]["code"] == "FORBIDDEN"
    assert await api(save_customer, k="new") == {"saveCustomer": {"key": "new"}}
    assert (await seen_by(api, {"all": []}))[1] == {"a", "b", "new"}


async def test_related_customers_are_counted_and_followed_among_the_visible_alone(
    owned: Api,
) -> None:
    api = viewed(owned, "sales")
    assert (await seen_by(api, {"related": {"atLeast": 2}}))[1] == set()
    assert (await seen_by(api, {"related": {"atMost": 1}}))[1] == {"a", "b"}
    found = await api('{ customer(key: "a") { relations { customer { key } } } }')
    assert found["customer"]["relations"] == [{"customer": {"key": "b"}}]
    why = """{ explainMember(customer: "a", filter: {related: {}}) { conditions { number
      evidence { __typename } } } }"""
    [condition] = (await api(why))["explainMember"]["conditions"]
    assert condition["number"] == 1
    assert len(condition["evidence"]) == 1


async def test_a_list_cannot_name_a_customer_out_of_rows(owned: Api) -> None:
    asked = """mutation ($c: [String!]!) { saveStaticSegment(input: {key: "l", labels: {en: "L"},
      customers: $c}) { count } }"""
    assert await owned(asked, c=["a", "e"]) == {"saveStaticSegment": {"count": 2}}
    api = viewed(owned, "sales")
    hidden, absent = [(await api.error(asked, c=["a", key])) for key in ("e", "none")]
    assert hidden["extensions"]["code"] == absent["extensions"]["code"] == "NOT_FOUND"
    assert await api('{ segment(key: "l") { count } }') == {"segment": {"count": 1}}


CONTACTS = '{ customer(key: "a") { identities { kind value masked } } }'


async def test_contact_data_is_masked_without_the_permission(owned: Api) -> None:
    plain = (await viewed(owned, "sales")(CONTACTS))["customer"]["identities"]
    assert {one["value"] for one in plain} == {PHONE, EMAIL, "acme.example"}
    assert not any(one["masked"] for one in plain)
    shown = (await viewed(owned, "analyst")(CONTACTS))["customer"]["identities"]
    assert {one["kind"]: (one["value"], one["masked"]) for one in shown} == {
        "PHONE": ("***", True),
        "EMAIL": ("***@acme.example", True),
        "WEBSITE": ("acme.example", False),
    }


async def test_contact_data_of_others_customers_is_masked_with_two_roles(owned: Api) -> None:
    api = viewed(owned, "sales", "analyst")
    found = await api(
        """{ a: customer(key: "a") { identities { masked } }
             e: customer(key: "e") { identities { masked } } }"""
    )
    masked = {key: {one["masked"] for one in found[key]["identities"]} for key in "ae"}
    assert masked == {"a": {False}, "e": {True}}


@pytest.mark.parametrize("roles", [("analyst",), ("sales", "analyst")])
async def test_who_may_not_see_contact_data_cannot_look_customers_up_by_it(
    owned: Api, roles: tuple[str, ...]
) -> None:
    asked = "query ($v: String!) { customer(identity: {kind: PHONE, value: $v}) { key } }"
    api = viewed(owned, *roles)
    known, unknown = [(await api.error(asked, v=value)) for value in (PHONE, "+8613911112222")]
    assert known == unknown
    assert known["extensions"]["code"] == "FORBIDDEN"
    website = '{ customer(identity: {kind: WEBSITE, value: "acme.example"}) { key } }'
    assert await api(website) == {"customer": {"key": "a"}}


ACCESS = """query ($c: String!, $e: String) { access(customer: $c, employee: $e) { visible
  grants { role holds text conditions { place holds evidence { __typename } } } } }"""


async def test_why_a_customer_may_be_seen_is_told_with_the_path(owned: Api) -> None:
    [grant] = (await viewed(owned, "sales")(ACCESS, c="a"))["access"]["grants"]
    assert (grant["role"], grant["holds"]) == ("sales", True)
    assert grant["conditions"] == [
        {"place": "filter.owner", "holds": True, "evidence": [{"__typename": "RecordEvidence"}]}
    ]
    hidden, absent = [(await owned.error(ACCESS, c=key)) for key in ("e", "none")]
    assert str(hidden).replace("'e'", "") == str(absent).replace("'none'", "")
    assert (await owned.error(ACCESS, c="a", e="li"))["extensions"]["code"] == "FORBIDDEN"


async def test_an_administrator_asks_why_an_employee_may_not_see_a_customer(owned: Api) -> None:
    await owned('mutation { assignRoles(employee: "li", roles: ["sales"]) }')
    found = (await viewed(owned, "admin")(ACCESS, c="e", e="li"))["access"]
    assert found["visible"] is False
    assert [one["holds"] for one in found["grants"]] == [False]
    assert (await owned(ACCESS, c="b", e="li"))["access"]["visible"] is True


async def test_roles_are_saved_assigned_and_kept_while_somebody_has_them(owned: Api) -> None:
    made = await owned(
        """mutation { saveRole(key: "east", permissions: [CUSTOMERS_READ], labels: {zhCN: "华东"})
          { key label(locale: "zh-CN") permissions rows builtIn } }"""
    )
    assert made["saveRole"] == {
        "key": "east", "label": "华东", "permissions": ["CUSTOMERS_READ"], "rows": "ALL",
        "builtIn": False,
    }  # fmt: skip
    await owned('mutation { assignRoles(employee: "li", roles: ["east"]) }')
    delete = 'mutation { deleteRole(key: "east") }'
    assert (await owned.error(delete))["extensions"]["code"] == "CONFLICT"
    await owned('mutation { assignRoles(employee: "li", roles: []) }')
    assert await owned(delete) == {"deleteRole": "east"}
    assert (await owned.error(delete))["extensions"]["code"] == "NOT_FOUND"
    built_in = 'mutation { saveRole(key: "admin", permissions: []) { key } }'
    assert (await owned.error(built_in))["extensions"]["code"] == "CONFLICT"
    unknown = 'mutation { assignRoles(employee: "li", roles: ["salse"]) }'
    error = await owned.error(unknown)
    assert error["extensions"]["code"] == "NOT_FOUND"
    assert "sales" in error["extensions"]["hint"]


async def test_the_viewer_is_told_roles_and_permissions(owned: Api) -> None:
    found = (await viewed(owned, "partner")("{ viewer { roles permissions } }"))["viewer"]
    assert found == {"roles": ["partner"], "permissions": ["CUSTOMERS_READ", "SEGMENTS_READ"]}


def literal(kind: GraphQLInputType, depth: int = 0) -> str:
    """Return a value of an input type as text; of an object only what it needs."""
    match kind:
        case GraphQLNonNull():
            return literal(kind.of_type, depth)
        case GraphQLList():
            return f"[{literal(kind.of_type, depth)}]"
        case GraphQLEnumType():
            return str(next(iter(kind.values)))
        case GraphQLInputObjectType(name="FilterInput"):
            return "{all: []}"
        case GraphQLInputObjectType():
            fields = kind.fields.items()
            needed = [(name, one) for name, one in fields if isinstance(one.type, GraphQLNonNull)]
            given = needed or [*fields][:1]
            return (
                f"{{{', '.join(f'{name}: {literal(one.type, depth + 1)}' for name, one in given)}}}"
            )
        case GraphQLScalarType(name=name):
            return {"Int": "1", "Float": "1", "Boolean": "true", "JSON": '"x"',
                    "DateTime": '"2026-01-01T00:00:00Z"'}.get(name, '"x"')  # fmt: skip
    raise AssertionError(kind)


def asking(root: GraphQLObjectType, name: str) -> str:
    """Return a valid operation that asks for one field of a root."""
    field = root.fields[name]
    needed = [
        f"{key}: {literal(one.type)}"
        for key, one in field.args.items()
        if isinstance(one.type, GraphQLNonNull)
    ]
    arguments = f"({', '.join(needed)})" if needed else ""
    below = "{ __typename }" if is_composite_type(get_named_type(field.type)) else ""
    return f"{root.name.lower()} {{ {name}{arguments} {below} }}"


ROOTS = [root for root in (CORE.query_type, CORE.mutation_type) if root is not None]
FIELDS = [(root, name) for root in ROOTS for name in root.fields]


def test_every_field_of_a_root_is_in_the_table() -> None:
    assert len(FIELDS) > 50
    permissions = {required(root, name) for root, name in FIELDS}
    assert permissions == {None, *Permission} - {Permission.CONTACTS_READ, Permission.AUDIT_READ}


@pytest.mark.parametrize("role", BUILT_IN_ROLES)
async def test_each_role_may_ask_for_the_fields_of_the_table_and_for_no_others(
    owned: Api, role: str
) -> None:
    api, wrong = viewed(owned, role), []
    for root, name in FIELDS:
        permission = required(root, name)
        answer = await api.run(asking(root, name), {})
        errors = answer.get("errors", [])
        assert not any("GRAPHQL" in str(one["extensions"].get("code")) for one in errors), errors
        refused = [one["extensions"].get("permission") for one in errors]
        expected = permission is not None and permission not in BUILT_IN_ROLES[role].permissions
        if refused != ([permission.value] if expected and permission else [None] * len(errors)):
            wrong.append((name, refused))
    assert wrong == []


async def test_a_refused_request_reads_nothing_and_says_what_is_missing(owned: Api) -> None:
    api = viewed(owned, "partner")
    asked = """{ customers { totalCount } destinations { key }
      ...F } fragment F on Query { destinations { key } }"""
    answer = await api.run(asked, {})
    assert "data" not in answer
    [error] = answer["errors"]
    assert error["message"] == (
        "Query.destinations needs the permission 'customers.export', which you do not have."
    )
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "Your roles: partner." in error["extensions"]["hint"]
