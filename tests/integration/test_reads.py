"""What was written of customers is read back, for many of them by one query."""

from datetime import UTC, date, datetime
from decimal import Decimal

from profilegraph.domain.records.activity import (
    Arrival,
    Channel,
    Event,
    FollowUp,
    FollowUpKind,
    Opportunity,
)
from profilegraph.domain.records.customers import (
    Consent,
    Customer,
    CustomerKind,
    Identity,
    IdentityKind,
    Relation,
    RelationKind,
)
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    Department,
    Employee,
    Ownership,
    Team,
)
from profilegraph.domain.values import Record
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.records import reads
from profilegraph.storage.records.writing import upsert

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = datetime(2026, 2, 1, tzinfo=UTC)


async def write(database: Database, *records: Record) -> None:
    async def work(transaction: Transaction) -> None:
        for record in records:
            outcome = await upsert(transaction, [record], NOW)
            assert outcome.refused == ()

    await database.write(work)


async def companies(database: Database, *keys: str) -> None:
    await write(database, *(Customer(key=key) for key in keys))


async def test_a_profile_has_attributes_without_prefix_and_its_birth(database):
    attributes: dict[str, bool | float | date | str] = {
        "staff": 12.5,
        "founded": date(1999, 1, 2),
        "listed": True,
        "city": "上海",
    }
    await write(
        database,
        Customer(key="a", kind=CustomerKind.PERSON, name="张三", attributes=attributes),
        Customer(key="b"),
    )
    found = await reads.read_profiles(database, ["b", "a", "nobody"])
    assert found.keys() == {"a", "b"}
    (profile,) = found["a"]
    assert profile == reads.Profile("a", CustomerKind.PERSON, "张三", NOW, attributes, {})
    assert found["b"][0].name is None


async def test_identities_find_their_customer(database):
    await companies(database, "a", "b")
    one = Identity(kind=IdentityKind.PHONE, value="+8613800138000", customer="a")
    two = Identity(kind=IdentityKind.EMAIL, value="a@example.com", customer="a")
    await write(database, one, two)
    assert await reads.read_identities(database, ["a", "b"]) == {"a": [two, one]}
    assert await reads.read_identified(database, one.key) == "a"
    assert await reads.read_identified(database, "PHONE:+861") is None


async def test_departments_and_people_come_with_what_they_belong_to(database):
    await companies(database, "a", "b")
    it = Department(key="it", customer="a", name="IT", parent=None, function=None)
    ops = Department(key="ops", customer="a", parent="it")
    boss = DecisionMaker(key="boss", customer="a", influence=0.9, department="it", reports_to=None)
    user = DecisionMaker(
        key="user", customer="a", influence=0.1, department="ops", reports_to="boss"
    )
    other = DecisionMaker(key="x", customer="b")
    await write(database, it, ops, boss, user, other)
    departments = await reads.read_departments(database, ["a", "b"])
    assert {d.key: d.parent for d in departments["a"]} == {"it": None, "ops": "it"}
    people = await reads.read_decision_makers(database, ["a", "b"])
    assert [(p.key, p.department, p.reports_to) for p in people["a"]] == [
        ("boss", "it", None),
        ("user", "ops", "boss"),
    ]
    assert [p.key for p in people["b"]] == ["x"]
    assert await reads.read_owner_of(database, "Department", "ops") == "a"
    assert await reads.read_owner_of(database, "DecisionMaker", "x") == "b"
    assert await reads.read_owner_of(database, "DecisionMaker", "ops") is None


async def test_the_newest_events_come_first_and_no_more_than_asked_for(database):
    await companies(database, "a", "b")
    person = DecisionMaker(key="p", customer="a")
    events = [
        Event(
            key=f"e{day}",
            customer="a",
            type="purchase",
            at=DAY.replace(day=day),
            amount=Decimal("12.3456"),
            person="p" if day == 3 else None,
        )
        for day in (1, 3, 2)
    ]
    await write(database, person, *events, Event(key="f", customer="b", type="visit", at=DAY))
    found = await reads.read_events(database, ["a", "b"], reads.TimelineQuery(2))
    assert [(e.key, e.person, e.amount) for e in found["a"]] == [
        ("e3", "p", Decimal("12.3456")),
        ("e2", None, Decimal("12.3456")),
    ]
    assert [e.key for e in found["b"]] == ["f"]
    by_key = await reads.read_events_by_key(database, ["f", "e1", "nothing"])
    assert {customer: [e.key for e in of] for customer, of in by_key.items()} == {
        "a": ["e1"],
        "b": ["f"],
    }


async def test_relations_are_seen_from_both_ends(database):
    await companies(database, "a", "b", "c")
    await write(
        database,
        Relation(customer="a", other="b", kind=RelationKind.PARENT),
        Relation(customer="c", other="a", kind=RelationKind.PARTNER),
    )
    found = await reads.read_relations(database, ["a", "b", "c"])
    assert {key: [(r.kind, r.other) for r in of] for key, of in found.items()} == {
        "a": [("PARENT", "b"), ("PARTNER", "c")],
        "b": [("SUBSIDIARY", "a")],
        "c": [("PARTNER", "a")],
    }


async def test_owners_opportunities_follow_ups_consents_and_arrivals_are_read(database):
    await companies(database, "a", "b")
    employee = Employee(key="w", name="王", team="t")
    opportunity = Opportunity(
        key="o",
        customer="a",
        stage="quote",
        amount=Decimal(100),
        close_date=date(2026, 4, 1),
        since=DAY,
    )
    calls = [
        FollowUp(
            key=f"f{day}",
            customer="a",
            kind=FollowUpKind.CALL,
            at=DAY.replace(day=day),
            employee="w",
        )
        for day in (1, 2)
    ]
    consent = Consent(key="k", customer="a", purpose="sms", granted=False, at=DAY)
    arrival = Arrival(customer="a", channel="web", at=DAY)
    await write(database, Team(key="t"), employee, Ownership(employee="w", customer="a", since=DAY))
    await write(database, opportunity, *calls, consent, Channel(key="web"), arrival)
    keys = ["a", "b"]
    assert await reads.read_owners(database, keys) == {"a": [reads.Owner(employee, DAY)]}
    assert await reads.read_opportunities(database, keys) == {"a": [opportunity]}
    assert (await reads.read_follow_ups(database, keys, reads.TimelineQuery(1)))["a"] == [calls[1]]
    assert await reads.read_consents(database, keys) == {"a": [consent]}
    assert await reads.read_arrivals(database, keys) == {"a": [arrival]}
