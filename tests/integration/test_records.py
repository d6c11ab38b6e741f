"""Every kind of record is stored as a whole, once, and refused with a reason where it cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    FollowUp,
    FollowUpKind,
    Opportunity,
    Participation,
)
from profilegraph.domain.records.customers import (
    Consent,
    Customer,
    CustomerKind,
    Identity,
    IdentityKind,
    Relation,
    RelationKind,
    Tagging,
)
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    DepartmentFunction,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.values import Record
from profilegraph.errors import Conflict, InvalidInput, NotFound
from profilegraph.services.customers.records import (
    SaveRecords,
    UntagCustomers,
    save,
    save_records,
    untag_customers,
)
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.records.upserts import UPSERTS
from profilegraph.storage.records.writing import Outcome, upsert
from tests.conftest import NOW
from tests.support.graphs import dump

ONE_OF_EACH: list[Record] = [
    Customer(key="acme", name="Acme 科技", attributes={"employee_count": 12, "listed": True}),
    Customer(key="child", kind=CustomerKind.COMPANY, name="Acme Subsidiary"),
    Identity(kind=IdentityKind.PHONE, value="138 1234 5678", customer="acme"),
    Tagging(customer="acme", tag="company_size/0_20", since=NOW - timedelta(days=9)),
    Relation(customer="child", other="acme", kind=RelationKind.PARENT),
    Consent(key="c1", customer="acme", purpose="email", granted=True, at=NOW),
    Department(key="it", customer="acme", name="IT", function=DepartmentFunction.IT),
    Department(key="ops", customer="acme", parent="it"),
    DecisionMaker(key="boss", customer="acme", role=DecisionRole.DECIDER, department="it"),
    DecisionMaker(key="aide", customer="acme", department="ops", reports_to="boss", influence=0.4),
    Team(key="north", name="North"),
    Team(key="beijing", name="Beijing", parent="north"),
    Employee(key="li", name="李雷", team="beijing"),
    Ownership(employee="li", customer="acme", since=NOW),
    Channel(key="online", name="Online"),
    Channel(key="web", name="Website", parent="online"),
    Arrival(customer="acme", channel="web", at=NOW),
    Event(key="e1", customer="acme", type="consult", at=NOW, amount=Decimal("1.5"), person="aide"),
    FollowUp(key="f1", customer="acme", kind=FollowUpKind.CALL, at=NOW, employee="li", note="好"),
    Opportunity(key="o1", customer="acme", amount=Decimal("99.99"), close_date=date(2026, 6, 30)),
    Participation(person="boss", opportunity="o1", role=DecisionRole.DECIDER),
]


async def write(platform: Platform, *records: Record) -> Outcome:
    async def work(transaction: Transaction) -> Outcome:
        return await upsert(transaction, records, NOW)

    return await platform.database.write(work)


async def rows(platform: Platform, query: str) -> list[dict[str, Any]]:
    return await platform.database.read(query)


def test_the_example_has_every_kind_of_record() -> None:
    assert {type(record) for record in ONE_OF_EACH} == UPSERTS.keys()


async def test_writing_everything_twice_changes_nothing(platform: Platform) -> None:
    assert await save(platform, ONE_OF_EACH, NOW) == len(ONE_OF_EACH)
    before = await dump(platform.database)
    assert await save(platform, ONE_OF_EACH, NOW + timedelta(days=1)) == len(ONE_OF_EACH)
    assert await dump(platform.database) == before


async def test_the_graph_has_the_shape_that_the_design_draws(platform: Platform) -> None:
    await save(platform, ONE_OF_EACH, NOW)
    found = await rows(
        platform,
        "MATCH (a)-[r]->(b) WHERE NOT a:Tag AND NOT a:Dimension"
        " RETURN DISTINCT labels(a)[0] + '-' + type(r) + '->' + labels(b)[0] AS edge ORDER BY edge",
    )
    assert [row["edge"] for row in found] == [
        "Channel-PART_OF->Channel",
        "Customer-CAME_FROM->Channel",
        "Customer-DID->Event",
        "Customer-FOLLOWED_UP_BY->FollowUp",
        "Customer-GAVE->Consent",
        "Customer-HAS->Opportunity",
        "Customer-SUBSIDIARY_OF->Customer",
        "Customer-TAGGED->Tag",
        "DecisionMaker-DID->Event",
        "DecisionMaker-OF->Customer",
        "DecisionMaker-REPORTS_TO->DecisionMaker",
        "DecisionMaker-TAKES_PART_IN->Opportunity",
        "DecisionMaker-WORKS_IN->Department",
        "Department-OF->Customer",
        "Department-PART_OF->Department",
        "Employee-MEMBER_OF->Team",
        "Employee-OWNS->Customer",
        "FollowUp-BY->Employee",
        "Identity-IDENTIFIES->Customer",
        "Team-PART_OF->Team",
    ]


async def test_a_field_that_is_left_out_stays_and_one_that_is_cleared_goes(
    platform: Platform,
) -> None:
    await save(platform, ONE_OF_EACH, NOW)
    await save(platform, [Customer(key="acme", attributes={"listed": None})], NOW)
    await save(platform, [DecisionMaker(key="aide", customer="acme", reports_to=None)], NOW)
    customer = (await rows(platform, "MATCH (c:Customer {key: 'acme'}) RETURN properties(c) AS c"))[
        0
    ]["c"]
    assert customer["name"] == "Acme 科技"
    assert customer["attribute_employee_count"] == 12.0
    assert "attribute_listed" not in customer
    aide = await rows(
        platform,
        "MATCH (p:DecisionMaker {key: 'aide'}) RETURN p.influence AS influence,"
        " COUNT { (p)-[:REPORTS_TO]->() } AS bosses, COUNT { (p)-[:WORKS_IN]->() } AS departments",
    )
    assert aide == [{"influence": 0.4, "bosses": 0, "departments": 1}]


async def test_amounts_are_exact_whole_ten_thousandths(platform: Platform) -> None:
    await save(platform, ONE_OF_EACH, NOW)
    await save(
        platform,
        [
            Event(key=f"x{n}", customer="acme", type="purchase", at=NOW, amount=Decimal("0.1"))
            for n in range(3)
        ],
        NOW,
    )
    total = await rows(platform, "MATCH (e:Event {type: 'purchase'}) RETURN sum(e.amount) AS total")
    assert total == [{"total": 3_000}]


@pytest.mark.parametrize(
    ("record", "error", "reason"),
    [
        (
            Tagging(customer="nobody", tag="pains/no_integration", since=NOW),
            NotFound,
            "no Customer has the key 'nobody'",
        ),
        (
            Tagging(customer="acme", tag="pains/no_integrations", since=NOW),
            NotFound,
            "pains/no_integration",
        ),
        (
            Event(key="e", customer="acme", type="consults", at=NOW),
            NotFound,
            "Did you mean consult",
        ),
        (
            Event(key="e", customer="acme", type="consult", at=NOW, person="x"),
            NotFound,
            "no DecisionMaker",
        ),
        (Event(key="e1", customer="child", type="consult", at=NOW), Conflict, "another customer"),
        (
            Identity(kind=IdentityKind.PHONE, value="+86 138-1234-5678", customer="child"),
            Conflict,
            "another customer",
        ),
        (Identity(kind=IdentityKind.PHONE, value="12", customer="acme"), InvalidInput, "phone"),
        (Department(key="d", customer="child", parent="it"), Conflict, "another customer"),
        (Department(key="it", customer="acme", parent="ops"), Conflict, "part of itself"),
        (DecisionMaker(key="p", customer="acme", reports_to="ghost"), NotFound, "no DecisionMaker"),
        (DecisionMaker(key="boss", customer="acme", reports_to="aide"), Conflict, "circle"),
        (DecisionMaker(key="boss", customer="child"), Conflict, "another customer"),
        (Team(key="north", parent="beijing"), Conflict, "part of itself"),
        (
            Participation(person="boss", opportunity="none", role=DecisionRole.USER),
            NotFound,
            "no Opportunity",
        ),
        (
            Tagging(customer="acme", tag="decision_chain/multi_layer", since=NOW),
            InvalidInput,
            "a model sets",
        ),
        (
            Relation(customer="acme", other="child", kind=RelationKind.PARENT),
            Conflict,
            "subsidiary of its own",
        ),
        (Customer(key="acme", attributes={"employee_count": "many"}), InvalidInput, "number"),
        (Customer(key="acme", attributes={"founded_on": "soon"}), InvalidInput, "date"),
        (Customer(key="acme", attributes={"employees": 1}), NotFound, "employee_count"),
    ],
)
async def test_a_record_that_does_not_fit_is_refused_with_its_reason_and_changes_nothing(
    platform: Platform, record: Record, error: type[Exception], reason: str
) -> None:
    await save(platform, ONE_OF_EACH, NOW)
    before = await dump(platform.database)
    with pytest.raises(error, match=reason):
        await save(platform, [Customer(key="new"), record], NOW)
    assert await dump(platform.database) == before


async def test_in_bulk_only_the_records_that_do_not_fit_are_left_out(platform: Platform) -> None:
    outcome = await write(platform, *[Customer(key=f"c{n}") for n in range(3)])
    assert outcome.written == 3
    outcome = await write(
        platform,
        Department(key="a", customer="c0"),
        Department(key="b", customer="nobody"),
        Department(key="c", customer="c0", parent="a"),
    )
    assert outcome.written == 2
    assert [(one.index, one.missing) for one in outcome.refused] == [(1, True)]


async def test_parents_may_come_after_their_children_in_one_batch(platform: Platform) -> None:
    await write(platform, Customer(key="c"))
    outcome = await write(
        platform,
        DecisionMaker(key="low", customer="c", reports_to="middle"),
        DecisionMaker(key="middle", customer="c", reports_to="top"),
        DecisionMaker(key="top", customer="c"),
    )
    assert outcome.refused == ()
    depth = await rows(
        platform, "MATCH (p {key: 'low'}) RETURN COUNT { (p)-[:REPORTS_TO]->{1,}() } AS depth"
    )
    assert depth == [{"depth": 2}]


def at(days: int) -> Any:
    return NOW + timedelta(days=days)


def tagging(tag: str, since: int, until: int | None = None, **fields: Any) -> Tagging:
    return Tagging(
        customer="c",
        tag=tag,
        since=at(since),
        until=None if until is None else at(until),
        **fields,
    )


async def history(platform: Platform) -> list[tuple[str, str, int, int | None]]:
    found = await rows(
        platform,
        "MATCH (:Customer {key: 'c'})-[t:TAGGED|WAS_TAGGED]->(g:Tag)"
        " RETURN type(t) AS kind, g.key AS tag, t.since AS since, t.until AS until"
        " ORDER BY since, tag",
    )
    return [
        (
            row["kind"],
            row["tag"].split("/")[1],
            (row["since"] - NOW).days,
            None if row["until"] is None else (row["until"] - NOW).days,
        )
        for row in found
    ]


TWO = [tagging("company_size/0_20", -9, 400), tagging("company_size/20_50", -5, 400)]


@pytest.mark.parametrize("order", [TWO, TWO[::-1]])
async def test_in_a_single_dimension_the_newest_tag_holds_in_whatever_order_they_come(
    platform: Platform, order: Sequence[Tagging]
) -> None:
    expected = [("WAS_TAGGED", "0_20", -9, -5), ("TAGGED", "20_50", -5, 400)]
    await write(platform, Customer(key="c"))
    for one in order:
        await write(platform, one)
    assert await history(platform) == expected
    await write(platform, *order)
    assert await history(platform) == expected


async def test_in_a_multi_dimension_tags_stand_side_by_side(platform: Platform) -> None:
    await write(platform, Customer(key="c"))
    await write(
        platform, tagging("pains/no_integration", -9), tagging("pains/no_collaboration", -5)
    )
    assert [row[0] for row in await history(platform)] == ["TAGGED", "TAGGED"]


async def test_tagging_again_keeps_the_first_day_and_takes_the_newest_word(
    platform: Platform,
) -> None:
    await write(platform, Customer(key="c"))
    await write(platform, tagging("pains/no_integration", -9, confidence=0.2, evidence="call"))
    await write(platform, tagging("pains/no_integration", -3, confidence=0.9))
    found = await rows(
        platform,
        "MATCH ()-[t:TAGGED]->() RETURN t.since AS since, t.confidence AS c, t.evidence AS e",
    )
    assert found == [{"since": at(-9), "c": 0.9, "e": None}]


AGAIN = [tagging("pains/no_integration", -9, -7), tagging("pains/no_integration", -3)]


@pytest.mark.parametrize("order", [AGAIN, AGAIN[::-1]])
async def test_a_tagging_that_was_over_is_kept_when_the_tag_comes_back(
    platform: Platform, order: Sequence[Tagging]
) -> None:
    await write(platform, Customer(key="c"))
    for one in order:
        await write(platform, one)
    found = await history(platform)
    assert [row[:3] for row in found] == [
        ("WAS_TAGGED", "no_integration", -9),
        ("TAGGED", "no_integration", -3),
    ]
    assert found[0][3] == -7


async def test_a_tag_of_a_dimension_with_a_time_to_live_ends_by_itself(platform: Platform) -> None:
    catalogue = await platform.catalogue()
    days = catalogue.dimension("company_size").ttl_days
    assert days is not None
    await write(platform, Customer(key="c"))
    await write(platform, tagging("company_size/0_20", -9))
    assert await history(platform) == [("TAGGED", "0_20", -9, days - 9)]
    await write(platform, tagging("company_size/0_20", -1, 4))
    assert await history(platform) == [("TAGGED", "0_20", -9, 4)]


async def test_an_event_recorded_again_belongs_to_the_person_of_the_last_word(
    platform: Platform,
) -> None:
    await save(platform, ONE_OF_EACH, NOW)
    for person in ("boss", None):
        event = Event(key="e1", customer="acme", type="consult", at=NOW, person=person)
        await save(platform, [event], NOW)
        found = await rows(platform, "MATCH (p:DecisionMaker)-[:DID]->(:Event) RETURN p.key AS key")
        assert [row["key"] for row in found] == ([person] if person else [])


async def test_two_writers_at_once_never_close_a_circle(platform: Platform) -> None:
    await write(platform, Customer(key="c"), Customer(key="d"))
    await write(platform, *(DecisionMaker(key=key, customer="c") for key in "ab"))
    await write(platform, *(Team(key=key) for key in "ab"))
    await asyncio.gather(
        write(platform, DecisionMaker(key="a", customer="c", reports_to="b")),
        write(platform, DecisionMaker(key="b", customer="c", reports_to="a")),
        write(platform, Team(key="a", parent="b")),
        write(platform, Team(key="b", parent="a")),
        write(platform, Relation(customer="c", other="d", kind=RelationKind.PARENT)),
        write(platform, Relation(customer="d", other="c", kind=RelationKind.PARENT)),
    )
    found = await rows(
        platform,
        "MATCH ()-[r:REPORTS_TO|PART_OF|SUBSIDIARY_OF]->() RETURN type(r) AS kind, count(r) AS edges",
    )
    assert {row["kind"]: row["edges"] for row in found} == {
        "REPORTS_TO": 1,
        "PART_OF": 1,
        "SUBSIDIARY_OF": 1,
    }


async def test_removing_a_tag_keeps_it_in_the_past(platform: Platform) -> None:
    await save(platform, [Customer(key="c"), tagging("pains/no_integration", -9)], NOW)
    assert (
        await untag_customers(
            platform,
            UntagCustomers(
                ("c", "nobody"),
                ("pains/no_integration",),
            ),
            CommandContext(OPERATOR, NOW),
        )
        == 1
    )
    assert await history(platform) == [("WAS_TAGGED", "no_integration", -9, 0)]
    assert (
        await untag_customers(
            platform,
            UntagCustomers(("c",), ("pains/no_integration",)),
            CommandContext(OPERATOR, NOW),
        )
        == 0
    )


async def save_once(platform: Platform, records: Sequence[Record], key: str) -> int:
    command = SaveRecords(tuple(records))
    return await save_records(platform, command, CommandContext(OPERATOR, NOW, key))


async def test_a_repeated_request_is_answered_from_the_first_one(platform: Platform) -> None:
    first = [Customer(key="a"), Customer(key="b")]
    assert await save_once(platform, first, "r1") == 2
    await platform.database.define("MATCH (c:Customer {key: 'b'}) DELETE c")
    assert await save_once(platform, first, "r1") == 2
    assert await rows(platform, "MATCH (c:Customer) RETURN c.key AS key") == [{"key": "a"}]


async def test_a_request_key_is_refused_for_another_content(platform: Platform) -> None:
    await save_once(platform, [Customer(key="a")], "r1")
    with pytest.raises(Conflict, match="idempotency key 'r1'"):
        await save_once(platform, [Customer(key="b")], "r1")


async def test_a_request_that_failed_may_be_sent_again(platform: Platform) -> None:
    tag = Tagging(customer="late", tag="pains/no_integration", since=NOW)
    with pytest.raises(NotFound):
        await save_once(platform, [tag], "r1")
    await save(platform, [Customer(key="late")], NOW)
    assert await save_once(platform, [tag], "r1") == 1


async def test_concurrent_writers_leave_one_tag_of_a_single_dimension(platform: Platform) -> None:
    await write(platform, Customer(key="c"))
    tags = ("0_20", "20_50", "50_500", "500_1000", "1000_plus")
    await asyncio.gather(
        *(write(platform, tagging(f"company_size/{tag}", -9 + n)) for n, tag in enumerate(tags)),
        *(write(platform, tagging("pains/no_integration", -9)) for _ in tags),
    )
    now = [row[1] for row in await history(platform) if row[0] == "TAGGED"]
    assert sorted(now) == ["1000_plus", "no_integration"]


async def test_of_concurrent_claims_on_one_identity_one_is_kept(platform: Platform) -> None:
    keys = [f"c{number}" for number in range(6)]
    await write(platform, *(Customer(key=key) for key in keys))
    claims = [
        write(platform, Identity(kind=IdentityKind.EMAIL, value="a@b.cn", customer=key))
        for key in keys
    ]
    outcomes = await asyncio.gather(*claims)
    assert sum(outcome.written for outcome in outcomes) == 1
    owners = await rows(platform, "MATCH (:Identity)-[:IDENTIFIES]->(c) RETURN count(c) AS owners")
    assert owners == [{"owners": 1}]


async def test_a_request_sent_many_times_at_once_is_carried_out_once(platform: Platform) -> None:
    await asyncio.gather(*(save_once(platform, [Customer(key="once")], "same") for _ in range(6)))
    found = await rows(platform, "MATCH (r:Request) RETURN count(r) AS requests")
    assert found == [{"requests": 1}]
