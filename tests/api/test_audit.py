"""The audit log over the API: whose contact data were shown to whom, what was refused, and who asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest
from graphql import GraphQLObjectType, get_named_type

from profilegraph.api.runtime.ids import encode_text
from profilegraph.api.runtime.internals import core_schema
from profilegraph.api.schema import build_schema
from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind, AuditQuestion
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind
from profilegraph.domain.records.organisation import Employee, Ownership
from profilegraph.errors import Unauthenticated
from profilegraph.services.access.granting import AccessCache
from profilegraph.services.audit import failures
from profilegraph.services.audit.failures import FailedAuthentications
from profilegraph.services.audit.questions import audit_page
from profilegraph.services.audit.recording import append
from profilegraph.services.audit.sealing import seal_entries
from profilegraph.services.customers.records import save
from profilegraph.services.identity.authentication import authenticate
from profilegraph.services.identity.keys import create_key, list_keys
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.web import service as web
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.identity.credentials import Credential
from profilegraph.web.service import platform_app
from tests.api.conftest import Api
from tests.api.test_subscriptions import opened

PHONE, SITE = "+8613800138000", "acme.example"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
CORE = core_schema(build_schema())


@pytest.fixture
async def known(api: Api) -> Api:
    """Three customers: a of Li with a phone, b with a phone, c with a website alone."""
    await save(
        api.platform,
        [
            Employee(key="li"),
            *[Customer(key=key, name=key) for key in "abc"],
            Ownership(employee="li", customer="a", since=SINCE),
            Identity(kind=IdentityKind.PHONE, value=PHONE, customer="a"),
            Identity(kind=IdentityKind.EMAIL, value="b@acme.example", customer="b"),
            Identity(kind=IdentityKind.WEBSITE, value=SITE, customer="c"),
        ],
        api.now,
    )
    await run(api.platform, "MATCH (n:AuditEntry|AuditPartition) DETACH DELETE n")
    return api


async def run(platform: Platform, query: str) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run(query)

    await platform.database.write(work)


async def entries(api: Api, what: str | None = None) -> list[AuditEntry]:
    page = await audit_page(api.platform, AuditQuestion(what=what), 1_000)
    return [one.entry for one in page.entries]


async def read_by_whom(api: Api) -> list[tuple[str, str, tuple[str, ...]]]:
    found = await entries(api, "CONTACT_READ")
    return [(one.operation, one.actor.name, one.customers) for one in found]


SHOWN = "identities { value }"
READS = [
    (f'{{ customer(key: "a") {{ {SHOWN} }} }}', "customer", ("a",)),
    (f'{{ customer(id: "{encode_text("Customer:a")}") {{ {SHOWN} }} }}', "customer", ("a",)),
    (f'{{ node(id: "{encode_text("Customer:a")}") {{ ... on Customer {{ {SHOWN} }} }} }}',
     "node", ("a",)),
    (f"{{ customers {{ edges {{ node {{ {SHOWN} }} }} }} }}", "customers", ("a", "b")),
    (f'{{ customers(search: "b") {{ edges {{ node {{ {SHOWN} }} }} }} }}', "customers", ("b",)),
    (("{ segmentPreview(filter: {all: []}) { members(first: 9) { edges { node "
     f"{{ {SHOWN} }} }} }} }} }}"), "segmentPreview", ("a", "b")),
    (f'{{ x: customer(key: "a") {{ {SHOWN} }} y: customer(key: "b") {{ y: {SHOWN} }} }}',
     "customer", ("a", "b")),
    (f'mutation {{ saveCustomer(input: {{key: "a", name: "new"}}) {{ {SHOWN} }} }}',
     "saveCustomer", ("a",)),
    ('{ customer(identity: {kind: PHONE, value: "+8613800138000"}) { key } }', "customer", ("a",)),
]  # fmt: skip


@pytest.mark.parametrize(("query", "operation", "customers"), READS)
async def test_whose_contact_data_an_answer_shows_is_one_entry(
    known: Api, query: str, operation: str, customers: tuple[str, ...]
) -> None:
    await known(query)
    assert await read_by_whom(known) == [(operation, "Ann", customers)]


@pytest.mark.parametrize(
    "query",
    [
        '{ customer(key: "c") { identities { value } } }',
        "{ customers { edges { node { key name } } } }",
        '{ customer(identity: {kind: PHONE, value: "+8613900139000"}) { key } }',
        '{ customer(identity: {kind: WEBSITE, value: "acme.example"}) { key } }',
    ],
)
async def test_what_is_no_contact_data_and_what_was_not_found_is_no_read(
    known: Api, query: str
) -> None:
    await known(query)
    assert await entries(known) == []


async def test_masked_contact_data_are_no_read_and_those_of_own_customers_are(known: Api) -> None:
    everyone = "{ customers { edges { node { identities { value } } } } }"
    known.roles, known.employee = ("analyst",), "li"
    await known(everyone)
    assert await entries(known) == []
    known.roles = ("analyst", "sales")
    await known(everyone)
    assert await read_by_whom(known) == [("customers", "Ann", ("a",))]


def test_identities_are_shown_by_one_field_which_is_read_above() -> None:
    shows = {
        (one.name, name)
        for one in CORE.type_map.values()
        if isinstance(one, GraphQLObjectType)
        for name, field in one.fields.items()
        if get_named_type(field.type).name == "Identity"
    }
    assert shows == {("Customer", "identities")}


async def test_contact_data_whose_read_cannot_be_recorded_are_not_shown(known: Api) -> None:
    for _ in range(40):
        await append(known.platform, AuditEntry(AuditKind.CHANGE, "o", SINCE, AuditActor("x")))
    await run(known.platform, "MATCH (p:AuditPartition) SET p.last = 0")
    answer = await known.run(READS[0][0], {})
    assert answer["data"] is None
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["NOT_RECORDED"]
    assert PHONE not in json.dumps(answer)
    assert await known('{ customer(key: "a") { key } }') == {"customer": {"key": "a"}}


async def test_a_refusal_names_the_field_and_never_its_alias(known: Api) -> None:
    known.roles, known.employee = ("partner",), None
    await known.run(f"{{ a{PHONE[1:]}: destinations {{ key }} b: destinations {{ key }} }}", {})
    await known.run('mutation { tagCustomers(customers: ["a"], tags: []) { key } }', {})
    found = [(one.operation, one.code) for one in await entries(known, "REFUSAL")]
    assert sorted(found) == [("destinations", "FORBIDDEN"), ("tagCustomers", "FORBIDDEN")]


async def test_what_a_resolver_refuses_is_recorded_too(known: Api) -> None:
    known.roles, known.employee = ("sales", "analyst"), "li"
    query = '{ customer(identity: {kind: PHONE, value: "+8613800138000"}) { key } }'
    assert (await known.error(query))["extensions"]["code"] == "FORBIDDEN"
    [entry] = await entries(known)
    assert (entry.kind, entry.operation) == (AuditKind.REFUSAL, "customer")
    assert entry.actor == AuditActor("Ann", "1", "li")


async def test_each_door_records_what_it_refuses(known: Api, address: str) -> None:
    database = known.platform.database
    secret = await create_key(database, "Partner", known.now, roles=("partner",))
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(
        base_url=address, headers=headers, trust_env=False, timeout=60
    ) as client:
        assert (await client.get("/export/segments/s.csv")).status_code == 403
        assert (await client.get("/metrics")).status_code == 403
        assert (await client.post("/index/verification")).status_code == 403
        asked = {"query": "{ destinations { key } }"}
        await client.post("/graphql", json=asked)
        stream = {"accept": "text/event-stream"}
        await client.post("/graphql", json={"query": "{ loans { key } audit { unnamed } }"},
                          headers=stream)  # fmt: skip
    async with opened(address.replace("http", "ws") + "/graphql", additional_headers=headers) as ws:
        await ws.begin()
        await ws.ask('mutation { deleteRole(key: "x") }')
        assert (await ws.next())["type"] == "error"
    found = await entries(known, "REFUSAL")
    assert {one.actor.name for one in found} == {"Partner"}
    operations = {one.operation for one in found}
    assert operations == {
        "export", "metrics", "verifyIndex", "destinations", "audit", "deleteRole",
    }  # fmt: skip


async def test_whoever_may_do_nothing_any_more_is_refused_and_recorded(
    known: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "AccessCache", partial(AccessCache, seconds=0.0))
    secret = await create_key(known.platform.database, "Li", known.now, employee="li")
    app = platform_app(known.platform, lambda: known.now)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {secret}"}
    asked = {"query": "{ viewer { name } }"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        assert (await client.post("/graphql", json=asked, headers=headers)).status_code == 200
        await run(known.platform, "MATCH (e:Employee {key: 'li'}) DETACH DELETE e")
        assert (await client.post("/graphql", json=asked, headers=headers)).status_code == 403
    [entry] = await entries(known, "REFUSAL")
    assert (entry.operation, entry.actor.employee) == ("graphql", "li")


async def test_who_is_not_let_in_is_counted_by_key_and_recorded_with_the_next_round(
    known: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await create_key(known.platform.database, "Old", SINCE, SINCE + timedelta(days=1))
    [old] = await list_keys(known.platform.database)
    failed = FailedAuthentications(known.platform)
    door = Authenticator(
        lambda one: authenticate(known.platform, None, one.method, one.secret, known.now),
        on_failure=failed.note,
    )
    for shown in (secret, secret, "pg_guessed", "pg_guessed too"):
        with pytest.raises(Unauthenticated):
            await door(Credential.of_bearer(shown))
    await run(known.platform, "MATCH (n:AuditEntry|AuditPartition) DETACH DELETE n")
    await failed.record(known.now)
    await failed.record(known.now)
    found = await entries(known, "SIGN_IN")
    assert {(one.actor.principal, one.targets, one.code) for one in found} == {
        (old.id, ("method:API_KEY", "failures:2"), "UNAUTHENTICATED"),
        (None, ("method:API_KEY", "failures:2"), "UNAUTHENTICATED"),
    }
    monkeypatch.setattr(failures, "MOST_COUNTED", 1)
    failed.note("API_KEY", Unauthenticated("", principal="k1"))
    failed.note("API_KEY", Unauthenticated("", principal="k2"))
    await failed.record(known.now)
    assert {one.actor.principal for one in (await entries(known))[:2]} == {"k1", None}


async def test_the_log_is_asked_page_by_page_with_conditions(known: Api) -> None:
    for number in range(5):
        actor = AuditActor("crm", "k1", "li")
        at = SINCE + timedelta(hours=number)
        entry = AuditEntry(AuditKind.EXPORT, f"o{number}", at, actor, ("a",), 1)
        await append(known.platform, entry)
    ask = """query ($after: String, $who: String, $since: DateTime, $customer: String) {
      audit(first: 2, after: $after, who: $who, what: "EXPORT", since: $since, customer: $customer) {
        edges { cursor node { operation kind principal customers targets code position } }
        pageInfo { hasNextPage endCursor } unnamed } }"""
    pages, after = [], None
    while True:
        page = (await known(ask, after=after, who="li"))["audit"]
        pages.append([edge["node"]["operation"] for edge in page["edges"]])
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert pages == [["o4", "o3"], ["o2", "o1"], ["o0"]]
    late = await known(ask, since=(SINCE + timedelta(hours=4)).isoformat(), customer="a")
    assert [edge["node"]["operation"] for edge in late["audit"]["edges"]] == ["o4"]
    assert (await known(ask, who="nobody"))["audit"]["edges"] == []
    wrong = await known.error(ask, after=encode_text("move:0.0"))
    assert wrong["extensions"]["code"] == "INVALID_INPUT"


async def test_only_who_may_read_the_log_is_answered(known: Api) -> None:
    for roles in (("marketer",), ("sales",), ("analyst",), ("partner",), ("service",)):
        known.roles = roles
        error = await known.error("{ audit { unnamed } }")
        assert error["extensions"]["permission"] == "audit.read"
    known.roles = None
    await known(
        'mutation { saveRole(key: "auditor", rows: OWN, permissions: [AUDIT_READ]) { key } }'
    )
    known.roles = ("auditor",)
    operations = [
        edge["node"]["operation"]
        for edge in (await known("{ audit { edges { node { operation } } } }"))["audit"]["edges"]
    ]
    assert sorted(operations) == ["SaveRole", *["audit"] * 5]


async def test_what_became_of_a_role_and_who_got_it_is_answered(known: Api) -> None:
    for change in (
        'saveRole(key: "r", rows: TEAM, permissions: [CUSTOMERS_READ]) { key }',
        'assignRoles(employee: "li", roles: ["r"])',
        'createApiKey(name: "k", roles: ["r"], employee: "li") { secret }',
        'saveRole(key: "other", permissions: [CUSTOMERS_READ]) { key }',
    ):
        await known(f"mutation {{ {change} }}")
    answer = await known('{ audit(target: "role:r") { edges { node { operation targets } } } }')
    found = {one["node"]["operation"]: one["node"]["targets"] for one in answer["audit"]["edges"]}
    assert found == {
        "SaveRole": ["role:r", "rows:TEAM", "permission:customers.read"],
        "AssignRoles": ["employee:li", "role:r"],
        "CreateKey": ["keyName:k", "employee:li", "role:r"],
    }


CANARY = "Zyzzyva Q. 13912345678"
PHONE_CANARY = "+8613912345678"


async def test_no_text_that_a_change_takes_is_in_the_log(known: Api) -> None:
    text = json.dumps(CANARY)
    labels = f"labels: {{zhCN: {text}, en: {text}}}"
    bought = f'filter: {{event: {{type: "purchase", content: {{contains: {text}}}}}}}'
    changes = [
        (
            f'saveCustomer(input: {{key: "a", name: {text}, identities: [{{kind: PHONE,'
            f' value: "{PHONE_CANARY}"}}]}}) {{ identities {{ value }} }}'
        ),
        f'saveDepartment(input: {{key: "d", customer: "a", name: {text}}}) {{ key }}',
        f'saveDecisionMaker(input: {{key: "p", customer: "a", name: {text}, title: {text}}}) {{ key }}',
        (
            f'recordEvents(events: [{{key: "e", customer: "a", type: "purchase", content: {text},'
            ' at: "2026-02-01T00:00:00Z"}]) { key }'
        ),
        (
            f'tagCustomers(customers: ["a"], tags: [{{tag: "lead_stage/mql", evidence: {text}}}])'
            " { key }"
        ),
        f'saveSegment(input: {{key: "s", {labels}, {bought}, note: {text}}}) {{ key }}',
        f'saveSegment(input: {{key: "t", {labels}, {bought}, note: {text}}}) {{ key }}',
        f'saveSegmentGroup(key: "g", {labels}, segments: ["s", "t"]) {{ key }}',
        f'saveStaticSegment(input: {{key: "l", {labels}, customers: ["a"], note: {text}}}) {{ key }}',
        f'saveRole(key: "r", permissions: [CUSTOMERS_READ], {labels}) {{ key }}',
        (
            f'lendDuty(dimension: "lead_stage", duty: PLAN, employee: "li", note: {text},'
            ' until: "2026-12-01T00:00:00Z") { key }'
        ),
        'setSegmentLive(key: "s") { key }',
        f'saveWebhook(key: "w", segment: "s", url: "https://example.com/{PHONE_CANARY[1:]}") {{ secret }}',
    ]
    for change in changes:
        await known(f"mutation {{ {change} }}")
    identity = Identity(kind=IdentityKind.EMAIL, value="zyzzyva@acme.example", customer="b")
    await save(known.platform, [identity], known.now)
    await known(READS[0][0].replace('"a"', '"b"'))
    await known.run(READS[-1][0].replace(PHONE, PHONE_CANARY), {})
    await known.run(
        '{ customers(search: "Zyzzyva") { edges { node { identities { value } } } } }', {}
    )
    await seal_entries(known.platform.database, known.now)
    rows = await known.platform.database.read(
        "MATCH (n:AuditEntry|AuditSeal|AuditChain|AuditPartition) RETURN properties(n) AS n"
    )
    log = repr(rows)
    assert len(rows) >= len(changes) + 3
    assert "zyzzyva" not in log.lower()
    assert "13912345678" not in log
