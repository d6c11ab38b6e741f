"""No plugin can put text into Cypher: whatever it brings travels as parameters, or is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from neo4j import AsyncManagedTransaction, AsyncSession, Query
from pydantic import BaseModel, Field

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import Actor
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels, Record
from profilegraph.errors import ProfilegraphError
from profilegraph.hooks import (
    Conventions,
    CustomerField,
    Delivery,
    Destination,
    EventTable,
    Importer,
    Model,
    NoOptions,
    Scores,
    SegmentLeaf,
    Tables,
    UnreadableItem,
    hookimpl,
)
from profilegraph.hooks.hosting.host import Candidate, build_host
from profilegraph.language.codec import decode
from profilegraph.services.customers.records import save
from profilegraph.services.destinations.sending import SendSegment, delivery, request_delivery
from profilegraph.services.imports.files import ImportJob, import_with
from profilegraph.services.platform import Platform
from profilegraph.services.plugins.customer_fields import field_values
from profilegraph.services.plugins.models import compute
from profilegraph.services.segments import service
from tests.conftest import NOW
from tests.integration.test_live import define, warm
from tests.support.plugins import send_due, with_plugins

EVIL = "x'}) MATCH (n) DETACH DELETE n //`"
LABELS = Labels(zh_cn=EVIL, en=EVIL)
BUYERS = {"event": {"type": "purchase", "content": {"contains": EVIL}, "channels": [EVIL]}}


class Wish(BaseModel):
    word: str = Field(EVIL, description=EVIL)


class EvilLeaf(SegmentLeaf[Wish]):
    key = "evil_leaf"
    labels = LABELS
    description = LABELS
    input = Wish
    made: Mapping[str, Any] = BUYERS

    def expand(self, value: Wish) -> Mapping[str, Any]:
        return self.made


class EvilModel(Model[NoOptions]):
    key = "evil_model"
    labels = LABELS
    options = NoOptions
    needs = frozenset({EventTable})
    event_types = frozenset({EVIL})

    def __init__(self, metric: str = EVIL, dimension: str = EVIL) -> None:
        self.metrics = frozenset({metric})
        self.dimensions = frozenset({dimension})

    def compute(self, tables: Tables, now: datetime, options: NoOptions) -> Scores:
        numbers, tags = np.zeros(len(tables)), np.full(len(tables), EVIL, object)
        return Scores(dict.fromkeys(self.metrics, numbers), dict.fromkeys(self.dimensions, tags))


class EvilImporter(Importer[NoOptions]):
    key = "evil_importer"
    labels = LABELS
    options = NoOptions

    def read(
        self, source: Path, options: NoOptions, conventions: Conventions
    ) -> Iterator[Record | UnreadableItem]:
        yield Customer(key=EVIL, name=EVIL, attributes={"x": EVIL})
        yield Customer(key=EVIL, name=EVIL)
        yield Tagging(customer=EVIL, tag="temperature/warm", since=NOW, by=EVIL, evidence=EVIL)
        yield UnreadableItem(EVIL, EVIL)


class EvilDestination(Destination[NoOptions]):
    key = "evil_destination"
    labels = LABELS
    options = NoOptions

    async def send(self, delivery: Delivery[NoOptions]) -> str:
        return EVIL


class EvilField(CustomerField):
    key = "evil_field"
    labels = LABELS
    description = LABELS
    result = str
    needs = frozenset({EventTable})
    event_types = frozenset({EVIL})

    async def values(self, tables: Tables, now: datetime) -> Sequence[str]:
        return [EVIL] * len(tables)


class Evil:
    @hookimpl
    def register_models(self) -> Sequence[Any]:
        return [EvilModel()]

    @hookimpl
    def register_importers(self) -> Sequence[Any]:
        return [EvilImporter()]

    @hookimpl
    def register_destinations(self) -> Sequence[Any]:
        return [EvilDestination()]

    @hookimpl
    def register_leaves(self) -> Sequence[Any]:
        return [EvilLeaf()]

    @hookimpl
    def register_customer_fields(self) -> Sequence[Any]:
        return [EvilField()]


@pytest.fixture
def queries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is sent to the database."""
    seen: list[str] = []
    for kind in (AsyncManagedTransaction, AsyncSession):
        run = kind.run

        async def spy(self: Any, query: Any, *rest: Any, run: Any = run, **more: Any) -> Any:
            seen.append(query.text if isinstance(query, Query) else query)
            return await run(self, query, *rest, **more)

        monkeypatch.setattr(kind, "run", spy)
    return seen


async def test_nothing_that_a_plugin_brings_is_in_a_query(
    platform: Platform, queries: list[str], tmp_path: Path
) -> None:
    platform = with_plugins(platform, evil=Evil())
    source = tmp_path / "x"
    source.write_text(EVIL, "utf-8")
    conventions = Conventions(ZoneInfo("UTC"), "CNY", "CN", Catalogue.of(platform.host.taxonomies))
    job = ImportJob("evil_importer", source, source=EVIL)
    report = await import_with(platform.database, platform.host, job, NoOptions(), conventions, NOW)
    assert (report.written, report.rejected) == (2, 2)
    filter_ = platform.host.leaf("evil_leaf").expanded({})
    assert (await service.members(platform, decode(filter_), NOW, first=5)).positions == ()
    assert await field_values(platform, "evil_field", [EVIL], NOW) == [EVIL]
    for model in (EvilModel(), EvilModel("rfm_frequency", "lifecycle")):
        with pytest.raises(ProfilegraphError):
            await compute(platform, model, NOW)
    await define(platform, {"tags": {"dimension": "temperature", "anyOf": ["warm"]}})
    waiting = await request_delivery(
        platform, SendSegment("s", "evil_destination", {}, None), CommandContext(Actor(EVIL), NOW)
    )
    await send_due(platform, NOW)
    assert (await delivery(platform, waiting.key)).note == EVIL
    assert len(queries) > 20
    assert [query for query in queries if EVIL in query or "evil" in query] == []
    keys = await platform.database.read("MATCH (c:Customer) RETURN c.key AS key")
    assert keys == [{"key": EVIL}]


async def asked(platform: Platform) -> None:
    node = decode(platform.host.leaf("evil_leaf").expanded({}))
    await service.members(platform, node, NOW, first=5)


@pytest.mark.parametrize(
    "made",
    [
        {"attribute": {"key": EVIL, "eq": 1}},
        {"metric": {"key": f"{EVIL}", "gt": 1}},
        {"tags": {"dimension": EVIL, "anyOf": ["warm"]}},
        {"people": {"where": {EVIL: 1}}},
        {EVIL: {}},
    ],
)
async def test_a_leaf_cannot_name_what_is_no_name(
    platform: Platform, queries: list[str], made: Mapping[str, Any]
) -> None:
    class Leaf(EvilLeaf):
        @hookimpl
        def register_leaves(self) -> Sequence[Any]:
            return [self]

    leaf = Leaf()
    leaf.made = made
    await warm(platform, "a")
    platform = with_plugins(platform, evil=leaf)
    with pytest.raises(ProfilegraphError):
        await asked(platform)
    assert [query for query in queries if EVIL in query] == []


@pytest.mark.parametrize(
    ("kind", "hook"),
    [
        (EvilModel, "register_models"),
        (EvilImporter, "register_importers"),
        (EvilDestination, "register_destinations"),
        (EvilLeaf, "register_leaves"),
        (EvilField, "register_customer_fields"),
    ],
)
def test_a_key_is_a_key_whatever_brings_it(kind: type[Any], hook: str) -> None:
    thing = kind()
    thing.key = EVIL
    plugin = type("Plugin", (), {hook: hookimpl(lambda self: [thing])})()
    [fault] = build_host([Candidate("evil", plugin)]).faults
    assert "must be snake_case" in fault.reason


async def test_what_was_stored_is_what_was_given(platform: Platform) -> None:
    await save(platform, [Customer(key=EVIL, name=EVIL)], NOW)
    found = await platform.database.read("MATCH (c:Customer) RETURN c.name AS name")
    assert found == [{"name": EVIL}]
