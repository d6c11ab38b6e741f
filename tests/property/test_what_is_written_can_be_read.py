"""Whatever is written, in whatever order, every record is read by everybody who reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)
from hypothesis import Phase, given
from hypothesis import settings as settings_
from hypothesis import strategies as st

from profilegraph.api.runtime.context import ApiContext
from profilegraph.api.runtime.executor import Executor
from profilegraph.api.runtime.schemas import Schemas
from profilegraph.config import Settings
from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.domain.records.customers import Tagging, TagSource
from profilegraph.domain.records.kinds import NODES, RELATIONSHIPS
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.errors import ProfilegraphError
from profilegraph.hooks.hosting.host import Host
from profilegraph.importers.records.binding import Conventions
from profilegraph.language.facts import Past
from profilegraph.language.nodes import AllOf
from profilegraph.services.cache.graph_cache import GraphCache
from profilegraph.services.cache.indexing import load_all
from profilegraph.services.exports.cells import CellStyle
from profilegraph.services.exports.files import form_of
from profilegraph.services.exports.tables import open_table
from profilegraph.services.imports.files import ImportJob, import_file
from profilegraph.services.operations.stored_records import read_every_record
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomy_changes.planning import PlanTaxonomyChange, plan, read_change
from profilegraph.services.taxonomy_changes.undoing import undo
from profilegraph.storage.neo4j.database import Database, Transaction
from profilegraph.storage.segments.references import SegmentHead, claim
from profilegraph.storage.segments.saved import save_version
from tests.conftest import NOW
from tests.integration.test_taxonomy_changes import LI, applied
from tests.property.random_worlds import SHARES, TAGS, maybe, worlds
from tests.property.test_index_keeps_up import CUSTOMERS, saving, scoring, some_customers, untagging
from tests.support.budgets import budget
from tests.support.worlds import World, load_only, load_world

Step: TypeAlias = Callable[[Platform], Awaitable[object]]
TAG_KEYS = [f"{dimension}/{name}" for dimension, names in TAGS.items() for name in names]
BEFORE = NOW - timedelta(days=2)
WORDS = ("call", "=1+1", "")


@st.composite
def said_again(draw: st.DrawFn) -> Step:
    """Say some of a tagging's properties anew, others not at all."""
    how: dict[str, st.SearchStrategy[Any]] = {
        "source": st.sampled_from(TagSource),
        "by": st.sampled_from(("li", "wang")),
        "confidence": st.sampled_from(SHARES),
        "weight": st.sampled_from(SHARES),
        "evidence": st.sampled_from(WORDS),
        "weekdays": st.just((6, 7)),
        "hours": st.just("18:00-22:00"),
        "frequency": st.just("weekly"),
        "until": st.just(NOW + timedelta(days=30)),
    }
    taggings = [
        Tagging(
            customer=customer,
            tag=draw(st.sampled_from(TAG_KEYS)),
            since=NOW - timedelta(days=draw(st.sampled_from((0, 1, 400)))),
            **draw(st.fixed_dictionaries({}, optional=how)),
        )
        for customer in draw(some_customers)
    ]
    return saving(list(taggings))


@st.composite
def imported(draw: st.DrawFn) -> Step:
    """Import a file of taggings."""
    rows = [
        f"{customer},{tag},2026-02-{draw(st.integers(10, 12))},{draw(st.sampled_from(SHARES))},file"
        for customer in sorted(draw(some_customers))
        for tag in draw(st.sets(st.sampled_from(TAG_KEYS), min_size=1, max_size=3))
    ]
    text = "customer,tag,since,confidence,evidence\n" + "\n".join(rows) + "\n"

    async def step(platform: Platform) -> None:
        path = platform.settings.home / "taggings.csv"
        path.write_text(text, "utf-8")
        conventions = Conventions(
            platform.deployment.zone, "CNY", "CN", await platform.catalogue_for_change()
        )
        job = ImportJob("taggings", path, again=True, reject=path.with_suffix(".rejected.csv"))
        await import_file(platform.database, job, conventions, NOW)
        path.with_suffix(".rejected.csv").unlink(missing_ok=True)

    return step


CHANGES: tuple[dict[str, Any], ...] = (
    {"merge": {"tags": ["hobby/golf"], "into": "hobby/fishing"}},
    {"rename": {"target": "region/japan", "key": "nippon"}},
    {"move": {"target": "region/hangzhou", "dimension": "hobby"}},
    {"delete": {"target": "size/small"}},
)


def changing(change: dict[str, Any], *, taken_back: bool) -> Step:
    """Change tags in use, and perhaps take it back."""

    async def step(platform: Platform) -> None:
        try:
            made = await plan(platform, PlanTaxonomyChange(read_change(change)), LI)
        except ProfilegraphError:
            return  # it was made before
        await applied(platform, made, allow_broken=True)
        if taken_back:
            await undo(platform, made.key, LI)

    return step


steps: st.SearchStrategy[Step] = st.one_of(
    said_again(),
    said_again(),
    imported(),
    st.builds(changing, st.sampled_from(CHANGES), taken_back=st.booleans()),
    worlds(most=len(CUSTOMERS)).map(lambda world: saving(list(world.records))),
    st.builds(untagging, some_customers, st.sets(st.sampled_from(TAG_KEYS[-2:]), min_size=1)),
    st.builds(
        scoring, some_customers, st.just(0.5), maybe(st.just("golf")), st.sampled_from((0, 1))
    ),
)


@pytest.fixture
async def opened(
    settings: Settings, loaded: Database, catalogue: Catalogue, whole_host: Host, tmp_path: Path
) -> AsyncIterator[Callable[[], Platform]]:
    """Returns the platform, which itself is too much to be printed with each example."""
    edited = [one.model_copy(update={"editable": True}) for one in catalogue.taxonomies]

    async def emptied() -> None:
        await loaded.define("MATCH (n:Taxonomy|Dimension|Tag|TaxonomyChange) DETACH DELETE n")

    cache = GraphCache(loaded, 2**30)
    own = settings.model_copy(update={"home": tmp_path})
    platform = Platform(own, loaded, cache, whole_host)
    await emptied()
    await load_only(loaded, edited)
    yield lambda: platform
    await cache.close()
    await emptied()


@given(world=worlds(most=len(CUSTOMERS)), steps=st.lists(steps, min_size=3, max_size=6))
@settings_(
    max_examples=budget(6, 40),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
async def test_after_any_history_of_writes_every_record_is_read(
    opened: Callable[[], Platform], world: World, steps: list[Step]
) -> None:
    platform = opened()
    await load_world(platform.database, world, BEFORE)
    await save_everybody(platform)
    for step in steps:
        await step(platform)
    assert await undeclared(platform.database) == {}
    found = await read_every_record(platform.database, NOW)
    assert found.unreadable == ()
    assert found.customers == found.of >= 1
    await load_all(platform.database, 2**30)
    await asked_over_the_api(platform)
    for what in (NOW, Past(NOW - timedelta(hours=1), NOW)):
        for ending in ("csv", "xlsx", "jsonl"):
            table = await open_table(platform, "all", what, columns=COLUMNS)
            style = CellStyle(zone=platform.deployment.zone)
            assert b"".join([part async for part in form_of(ending).write(table, style)])


COLUMNS = ["key", "kind", "created_at", "owners", "channels", "consents", "tags:*", "attribute:*"]


async def save_everybody(platform: Platform) -> None:
    async def work(transaction: Transaction) -> None:
        await claim(transaction, SegmentHead("all", SegmentKind.DYNAMIC, SegmentState.ACTIVE, "li"))
        labels = Labels(zh_cn="全部", en="All")
        await save_version(transaction, "all", labels, AllOf(()), author="li", note="", at=BEFORE)

    await platform.database.write(work)


async def undeclared(database: Database) -> dict[str, set[str]]:
    """Return properties in the graph that the declaration of their kind of record does not know."""
    queries = {
        "MATCH (n) UNWIND labels(n) AS kind RETURN kind, collect(DISTINCT keys(n)) AS found": NODES,
        "MATCH (p)-[:WAS]->(n:State) UNWIND labels(p) AS kind"
        " RETURN kind, collect(DISTINCT keys(n)) AS found": NODES,
        "MATCH ()-[r]->() RETURN type(r) AS kind, collect(DISTINCT keys(r)) AS found": RELATIONSHIPS,
    }
    wrong: dict[str, set[str]] = {}
    for query, kinds in queries.items():
        for row in await database.read(query):
            if row["kind"] in kinds:
                names = {name for some in row["found"] for name in some}
                unknown = kinds[row["kind"]].undeclared(dict.fromkeys(names))
                wrong |= {row["kind"]: unknown} if unknown else {}
    return wrong


async def asked_over_the_api(platform: Platform) -> None:
    """Ask for every field of every customer, for explanations, and for the past."""
    schemas = Schemas(platform.catalogue, platform.host)
    kinds = (await schemas.newest())._schema.type_map
    [standing] = await platform.database.read(
        "MATCH (c:Customer) WHERE NOT (c)-[:MERGED_INTO]->() RETURN min(c.key) AS key"
    )
    query = f"""query ($now: [FilterInput!]!, $customer: String!) {{
      customers(first: 3) {{ edges {{ node {selection(kinds["Customer"])} }} }}
      explainMember(customer: $customer, filter: {{all: $now}}) {selection(kinds["Explanation"], 1)}
    }}"""
    conditions = [{"tags": {"dimension": one, "hasAny": True}} for one in TAGS]
    context = ApiContext(
        platform, Principal("1", "li", AuthenticationMethod.API_KEY, ("admin",)), NOW
    )
    given = {"now": conditions, "customer": standing["key"]}
    answer = await Executor(schemas).execute(query, given, None, context)
    assert "errors" not in answer.result, answer.result["errors"]
    assert answer.result["data"]["customers"]["edges"]


def selection(kind: Any, depth: int = 2) -> str:
    """Return a selection of every field that needs no argument, so many objects deep."""
    assert isinstance(kind, GraphQLObjectType)
    parts = [part for name, one in kind.fields.items() if (part := _field(name, one, depth))]
    return f"{{ {' '.join(parts)} }}"


def _field(name: str, one: GraphQLField, depth: int) -> str:
    inner = get_named_type(one.type)
    if any(is_required_argument(argument) for argument in one.args.values()):
        return ""
    if is_leaf_type(inner):
        return name
    if depth == 0 or not is_object_type(inner):
        return ""
    if name == "tags" and depth < 2:
        return ""  # of a dimension: all that there are
    arguments = "(first: 2)" if "first" in one.args else ""
    below = selection(inner, depth - 1)
    return "" if below == "{  }" else f"{name}{arguments} {below}"
