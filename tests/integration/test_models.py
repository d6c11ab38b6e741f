"""Models read events out of the graph and leave metrics and tags in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.values import Labels
from profilegraph.errors import Conflict, InvalidInput, PluginError
from profilegraph.hooks import EventTable, Model, NoOptions, Scores, Tables
from profilegraph.services.customers.records import save
from profilegraph.services.platform import Platform
from profilegraph.services.plugins.models import compute, parse_options
from profilegraph.services.plugins.tables import read_tables
from tests.conftest import NOW
from tests.support.graphs import dump


def bought(customer: str, days_ago: int, amount: str) -> Event:
    return Event(
        key=f"{customer}{days_ago}",
        customer=customer,
        type="purchase",
        at=NOW - timedelta(days=days_ago),
        amount=Decimal(amount),
    )


PURCHASES = [
    *(Customer(key=key) for key in ("often", "once", "never")),
    bought("often", 1, "100"),
    bought("often", 9, "50.25"),
    bought("once", 200, "10"),
    bought("once", -5, "999"),
    Event(key="v", customer="never", type="visit_page", at=NOW),
]


async def state(platform: Platform) -> dict[str, dict[str, Any]]:
    found = await platform.database.read(
        "MATCH (c:Customer) RETURN c.key AS key, properties(c) AS c,"
        " COLLECT { MATCH (c)-[t:TAGGED {source: 'MODEL'}]->(g) RETURN g.key ORDER BY g.key } AS tags"
    )
    return {row["key"]: {**row["c"], "tags": row["tags"]} for row in found}


async def test_events_come_sorted_with_exact_amounts_and_without_the_future(
    platform: Platform,
) -> None:
    await save(platform, PURCHASES, NOW)
    customers = ("never", "often", "once")
    needs = frozenset({EventTable})
    tables = await read_tables(platform.database, customers, needs, NOW, {"purchase"})
    events = tables[EventTable]
    assert events.customers == customers
    assert events.customer.tolist() == [1, 1, 2]
    assert events.amount.tolist() == [502_500, 1_000_000, 100_000]
    assert events.at[1] == np.datetime64((NOW - timedelta(days=1)).replace(tzinfo=None), "us")


async def test_no_events_and_no_customers_are_no_fault(platform: Platform) -> None:
    done = await compute(platform, platform.host.model("rfm"), NOW)
    assert (done.customers, done.changed) == (0, 0)


async def test_rfm_leaves_metrics_and_a_tag_on_those_who_bought(platform: Platform) -> None:
    await save(platform, PURCHASES, NOW)
    done = await compute(platform, platform.host.model("rfm"), NOW)
    found = await state(platform)
    assert found["often"]["metric_rfm_monetary"] == 150.25
    assert found["often"]["metric_rfm_frequency"] == 2
    assert found["once"]["metric_rfm_recency_days"] == 200
    assert len(found["often"]["tags"]) == len(found["once"]["tags"]) == 1
    assert "metric_rfm_monetary" not in found["never"]
    assert done.changed == 2
    assert sum(done.tags["rfm"].values()) == 2


async def test_a_model_s_tag_ends_when_its_dimension_says_unless_it_is_said_again(
    platform: Platform,
) -> None:
    await save(platform, PURCHASES, NOW)
    ttl = next(
        d.ttl_days for t in platform.host.taxonomies for d in t.dimensions if d.key == "temperature"
    )
    assert ttl is not None
    for moment in (NOW, NOW + timedelta(days=3)):
        await compute(platform, Freezing(), moment)
        ends = await platform.database.read(
            "MATCH ({key: 'once'})-[t:TAGGED]->() RETURN t.until AS until"
        )
        assert ends == [{"until": moment + timedelta(days=ttl)}]


async def test_a_second_run_changes_nothing(platform: Platform) -> None:
    await save(platform, PURCHASES, NOW)
    await compute(platform, platform.host.model("rfm"), NOW)
    before = await dump(platform.database)
    assert (await compute(platform, platform.host.model("rfm"), NOW)).changed == 0
    assert await dump(platform.database) == before


async def test_a_tag_that_no_longer_fits_goes_to_the_past(platform: Platform) -> None:
    await save(platform, PURCHASES, NOW)
    model = platform.host.model("rfm")
    await compute(platform, model, NOW)
    before = (await state(platform))["once"]["tags"]
    later = NOW + timedelta(days=6)
    await compute(platform, model, later)
    assert (await state(platform))["once"]["tags"] != before
    past = await platform.database.read(
        "MATCH ({key: 'once'})-[t:WAS_TAGGED]->(g) RETURN g.key AS tag, t.until AS until"
    )
    assert past == [{"tag": before[0], "until": later}]


async def test_what_a_person_said_is_not_overruled_by_a_model(platform: Platform) -> None:
    said = Tagging(customer="once", tag="temperature/warm", since=NOW, by="li")
    await save(platform, [*PURCHASES, said], NOW)
    await compute(platform, Freezing(), NOW)
    assert await carried(platform) == [("temperature/warm", "MANUAL")]


async def test_what_a_person_said_and_is_over_does_not_hold_a_model_back(
    platform: Platform,
) -> None:
    over = Tagging(
        customer="once", tag="temperature/warm", since=NOW - timedelta(days=9), until=NOW
    )
    await save(platform, [*PURCHASES, over], NOW)
    await compute(platform, Freezing(), NOW)
    assert await carried(platform) == [("temperature/cold", "MODEL")]
    past = await platform.database.read("MATCH ()-[t:WAS_TAGGED]->(g) RETURN g.key AS tag")
    assert past == [{"tag": "temperature/warm"}]


async def test_a_model_does_not_go_back_in_time_and_lose_what_it_said(platform: Platform) -> None:
    await save(platform, PURCHASES, NOW)
    await compute(platform, platform.host.model("rfm"), NOW)
    before = await dump(platform.database)
    with pytest.raises(Conflict, match="as of"):
        await compute(platform, platform.host.model("rfm"), NOW - timedelta(days=1))
    assert await dump(platform.database) == before


async def carried(platform: Platform) -> list[tuple[str, str]]:
    rows = await platform.database.read(
        "MATCH ({key: 'once'})-[t:TAGGED]->(g) RETURN g.key AS tag, t.source AS source"
    )
    return [(row["tag"], row["source"]) for row in rows]


async def test_options_that_do_not_exist_are_named(platform: Platform) -> None:
    model = platform.host.model("rfm")
    with pytest.raises(InvalidInput, match="window_days") as caught:
        parse_options(model, {"windw": "3"})
    assert "windw" in str(caught.value)


class Freezing(Model[NoOptions]):
    """A model that finds everyone cold, in a dimension that people use too."""

    key = "freezing"
    labels = Labels(zh_cn="冷却", en="Freezing")
    dimensions = frozenset({"temperature"})
    options = NoOptions

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        return Scores(tags={"temperature": np.full(len(tables), "cold", dtype=object)})


class Broken(Model[NoOptions]):
    """A model that says less than it promised."""

    key = "broken"
    labels = Labels(zh_cn="坏", en="Broken")
    metrics = frozenset({"rfm_frequency"})
    options = NoOptions

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        return Scores(metrics={"rfm_frequency": np.zeros(1)})


async def test_a_model_that_breaks_its_word_changes_nothing(platform: Platform) -> None:
    await save(platform, PURCHASES, NOW)
    before = await dump(platform.database)
    with pytest.raises(PluginError, match="shape"):
        await compute(platform, Broken(), NOW)
    assert await dump(platform.database) == before


class Endless(Broken):
    """A model that comes to no end."""

    key = "endless"

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        while True:
            pass


async def test_a_model_that_does_not_end_is_ended_named_and_changes_nothing(
    platform: Platform,
) -> None:
    await save(platform, PURCHASES, NOW)
    before = await dump(platform.database)
    hurried = replace(
        platform, settings=platform.settings.model_copy(update={"model_timeout": 0.5})
    )
    with pytest.raises(PluginError) as error:
        await compute(hurried, Endless(), NOW)
    assert re.match(
        r"the model 'endless' did not end within 0\.5 s: it was at .*test_models\.py:\d+ \(compute\)",
        error.value.message,
    )
    assert await dump(platform.database) == before
