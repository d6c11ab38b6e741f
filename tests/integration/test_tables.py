"""What plugins are given of customers is what the graph holds, in typed, sorted columns."""

from __future__ import annotations

import os
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from profilegraph.domain.records.activity import (
    Event,
    FollowUp,
    FollowUpKind,
    Opportunity,
    OpportunityOutcome,
)
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind, Tagging
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Department,
    DepartmentFunction,
    Employee,
)
from profilegraph.domain.taxonomy.definition import AttributeType
from profilegraph.domain.values import Labels
from profilegraph.errors import PluginError
from profilegraph.hooks import (
    AttributeTable,
    EventTable,
    FollowUpTable,
    IdentityTable,
    MetricTable,
    Model,
    NoOptions,
    OpportunityTable,
    PersonTable,
    Scores,
    Tables,
    TaggingTable,
)
from profilegraph.hooks.tables import TABLES, Table
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.plugins import models, tables
from profilegraph.services.plugins.models import compute
from profilegraph.services.plugins.tables import KINDS, read_tables
from tests.conftest import NOW

EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.fixture
async def filled(platform: Platform) -> Platform:
    number = next(
        a.key
        for t in platform.host.taxonomies
        for a in t.attributes
        if a.type is AttributeType.NUMBER
    )
    await save(
        platform,
        [
            Customer(key="a", attributes={number: 3.5}),
            Customer(key="b"),
            Employee(key="w"),
            Identity(kind=IdentityKind.EMAIL, value="li@x.example", customer="a"),
            Tagging(customer="a", tag="temperature/warm", since=EARLIER, by="li", confidence=0.5),
            Tagging(customer="b", tag="temperature/cold", since=LATER),
            Department(key="d", customer="a", function=DepartmentFunction.IT),
            Department(key="e", customer="a", parent="d"),
            DecisionMaker(key="p", customer="a", name="Li", influence=0.9, department="d"),
            DecisionMaker(
                key="q", customer="a", role=DecisionRole.USER, department="e", reports_to="p"
            ),
            Event(key="1", customer="b", type="purchase", at=NOW, amount=Decimal("1.5")),
            Event(key="2", customer="b", type="visit_page", at=EARLIER),
            Event(key="3", customer="b", type="purchase", at=LATER),
            FollowUp(key="f", customer="a", kind=FollowUpKind.VISIT, at=EARLIER, employee="w"),
            FollowUp(key="g", customer="a", kind=FollowUpKind.CALL, at=LATER),
            Opportunity(key="o", customer="b", stage="won", outcome=OpportunityOutcome.WON),
            Opportunity(key="n", customer="b", close_date=date(2026, 6, 30), amount=Decimal(7)),
        ],
        NOW,
    )
    return platform


async def read(platform: Platform, kind: type[Table], **more: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a table of b, a and a customer that does not exist, as plain values."""
    found = await read_tables(platform.database, ["b", "a", "none"], [kind], NOW, **more)
    table = found[kind]
    names = [one.name for one in fields(table) if one.name not in ("customers", "customer")]
    columns = [getattr(table, name).tolist() for name in names]
    owners = [table.customers[n] for n in table.customer]
    return list(zip(owners, *columns, strict=True))


def naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


async def test_each_table_holds_what_is_known_by_now(filled: Platform) -> None:
    assert await read(filled, EventTable) == [
        ("b", "visit_page", naive(EARLIER), 0),
        ("b", "purchase", naive(NOW), 15_000),
    ]
    assert await read(filled, IdentityTable) == [("a", "EMAIL", "li@x.example")]
    assert await read(filled, FollowUpTable) == [("a", "VISIT", naive(EARLIER), "w", None, None)]
    assert await read(filled, OpportunityTable) == [
        ("b", "n", None, "OPEN", 70_000, date(2026, 6, 30)),
        ("b", "o", "won", "WON", 0, None),
    ]
    [(owner, _, value)] = await read(filled, AttributeTable)
    assert (owner, value) == ("a", 3.5)


async def test_events_can_be_of_some_types_only(filled: Platform) -> None:
    found = await read(filled, EventTable, event_types=["purchase"])
    assert [row[1] for row in found] == ["purchase"]


async def test_taggings_are_those_of_now_and_end_when_they_end(filled: Platform) -> None:
    [(owner, tag, since, until, source, by, confidence, weight)] = await read(filled, TaggingTable)
    assert (owner, tag, since, source, by) == (
        "a", "temperature/warm", naive(EARLIER), "MANUAL", "li",
    )  # fmt: skip
    assert until > naive(NOW)
    assert (confidence, weight) == (0.5, 1.0)


async def test_people_come_with_their_place_and_with_nothing_as_none(filled: Platform) -> None:
    p, q = await read(filled, PersonTable)
    assert p[:5] == ("a", "p", "Li", None, None)
    assert (p[5], np.isnan(p[6]), p[7:]) == (0.9, True, ("d", "IT", None))
    assert q[7:] == ("e", "IT", "p")
    assert q[4] == "USER"


async def test_metrics_are_what_models_said(filled: Platform) -> None:
    await compute(filled, filled.host.model("rfm"), NOW)
    found = dict(row[1:] for row in await read(filled, MetricTable))
    assert found["rfm_monetary"] == 1.5


def test_every_kind_of_table_can_be_read() -> None:
    assert set(KINDS) == set(TABLES)


class Counting(Model[NoOptions]):
    """Says how many customers it was given at once, where it looks at each alone."""

    key = "counting"
    labels = Labels(zh_cn="计数", en="Counting")
    options = NoOptions
    needs = frozenset({EventTable, PersonTable})
    metrics = frozenset({"rfm_frequency"})

    def __init__(
        self, *, per_customer: bool, fails_at: str = "", sizes: Path = Path(os.devnull)
    ) -> None:
        self.per_customer = per_customer
        self.fails_at = fails_at
        self.sizes = sizes
        """Where it writes them: it computes in another process."""

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        with self.sizes.open("a") as file:
            print(len(tables), file=file)
        if self.fails_at in tables.customers:
            raise ValueError("it fails here")
        assert tables[PersonTable].customers == tables.customers
        return Scores(metrics={"rfm_frequency": tables[EventTable].counts().astype(np.float64)})


@pytest.fixture
async def five(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    monkeypatch.setattr(tables.in_batches, "__defaults__", (2,))
    events = [Event(key=f"{n}", customer="c", type="purchase", at=EARLIER) for n in range(3)]
    await save(platform, [*(Customer(key=key) for key in "abcde"), *events], NOW)
    return platform


@pytest.mark.parametrize(("per_customer", "sizes"), [(True, [2, 2, 1]), (False, [5])])
async def test_a_model_is_given_batches_only_where_it_looks_at_each_customer_alone(
    five: Platform, tmp_path: Path, per_customer: bool, sizes: list[int]
) -> None:
    seen = tmp_path / "sizes"
    done = await compute(five, Counting(per_customer=per_customer, sizes=seen), NOW)
    assert done.customers == 5
    assert [int(line) for line in seen.read_text().splitlines()] == sizes
    found = await five.database.read(
        "MATCH (c:Customer) RETURN c.metric_rfm_frequency AS n ORDER BY c.key"
    )
    assert [row["n"] for row in found] == [0, 0, 3, 0, 0]


async def test_a_model_that_fails_in_a_later_batch_leaves_nothing(five: Platform) -> None:
    with pytest.raises(PluginError, match="it fails here"):
        await compute(five, Counting(per_customer=True, fails_at="e"), NOW)
    found = await five.database.read("MATCH (c) WHERE c.metric_rfm_frequency IS NOT NULL RETURN c")
    assert found == []


class Telling(Counting):
    """Tells of each batch how large it is."""

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        scores = super().compute(tables, now, options)
        return Scores(scores.metrics, facts={"size": len(tables)})


async def test_facts_that_differ_from_batch_to_batch_are_refused(five: Platform) -> None:
    with pytest.raises(PluginError, match="facts that differ from customer to customer: 'size'"):
        await compute(five, Telling(per_customer=True), NOW)
    assert (await compute(five, Telling(per_customer=False), NOW)).facts == {"size": 5}


def test_a_table_that_was_not_asked_for_is_refused() -> None:
    given = Tables.of(EventTable.of([], customers=["a"]))
    with pytest.raises(PluginError, match=r"PersonTable was not asked for\. Put it among `needs`"):
        given[PersonTable]


def test_tables_of_other_customers_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="about other customers"):
        Tables.of(EventTable.of([], customers=["a"]), PersonTable.of([], customers=["b"]))


async def test_models_module_reads_no_table_that_nobody_needs(
    five: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    async def spy(*arguments: Any, **named: Any) -> Tables:
        asked.append(named["needs"])
        return await read_tables(*arguments, **named)

    monkeypatch.setattr(models, "read_tables", spy)
    await compute(five, Counting(per_customer=False), NOW)
    assert set().union(*asked) == {EventTable, PersonTable}
