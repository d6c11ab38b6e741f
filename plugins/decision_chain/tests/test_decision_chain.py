"""The decision chain: layers and core deciders by hand, and against a walk from person to person."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from profilegraph.config import data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.hooks import PersonTable, Scores, Tables
from profilegraph.hooks.models import run_model
from profilegraph.importers.taxonomies.files import read_taxonomies
from profilegraph_decision_chain import (
    DecisionChain,
    DecisionChainField,
    DecisionChainOptions,
    register_taxonomies,
)
from profilegraph_decision_chain.chain import MOST_LAYERS, depths

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Row = tuple[Any, ...]


def person(
    customer: str, key: str, boss: str | None = None, role: str | None = None, influence: float | None = None
) -> Row:  # fmt: skip
    return (customer, key, None, None, role, influence, None, None, None, boss)


CHAIN = [
    person("a", "ceo", role="ECONOMIC_BUYER", influence=0.9),
    person("a", "cio", "ceo", "DECIDER", 0.3),
    person("a", "lead", "cio", "TECHNICAL_BUYER"),
    person("a", "buyer", "ceo"),
    person("b", "owner", role="DECIDER"),
    person("c", "clerk", role="USER"),
    person("c", "guest", "clerk"),
]


def scores(rows: list[Row] = CHAIN, **options: Any) -> Scores:
    people = PersonTable.of(rows, ["a", "b", "c", "nobody"])
    return run_model(DecisionChain(), Tables.of(people), NOW, DecisionChainOptions(**options))


def test_layers_are_the_longest_line_of_reports() -> None:
    found = scores()
    assert found.metrics["decision_chain_layers"].tolist()[:3] == [3, 1, 2]
    assert found.tags["decision_chain"].tolist() == [
        "multi_layer",
        "single_layer",
        "multi_layer",
        None,
    ]


def test_core_deciders_are_those_who_decide_and_those_who_pay() -> None:
    found = scores()
    assert found.metrics["decision_chain_deciders"].tolist()[:3] == [2, 1, 0]
    assert found.tags["core_deciders"].tolist() == ["several", "one", None, None]


def test_of_whom_nobody_is_known_nothing_is_said() -> None:
    assert str(scores().metrics["decision_chain_layers"][3]) == "nan"


def test_roles_and_influence_can_be_chosen() -> None:
    assert scores(least_influence=0.5).tags["core_deciders"][0] == "one"
    assert scores(least_influence=0.5).tags["core_deciders"][1] == "one", "unknown is not less"
    assert scores(core_roles=["USER"]).tags["core_deciders"].tolist() == [None, None, "one", None]
    with pytest.raises(ValidationError):
        DecisionChainOptions(core_roles=["BOSS"])


def test_the_taxonomies_declare_what_the_model_computes() -> None:
    paths = [*sorted(data_folder("taxonomies").glob("*.yaml")), *register_taxonomies()]
    catalogue = Catalogue.of(read_taxonomies(paths))
    assert DecisionChain().metrics <= set(catalogue.metrics)
    for dimension, tags in scores().tags.items():
        known = {tag.key for tag in catalogue.dimension(dimension).tags}
        assert set(tags.tolist()) - {None} <= known


def test_the_field_shows_the_chain_heads_first() -> None:
    people = PersonTable.of(CHAIN, ["a", "b", "c", "nobody"])
    first, *_, last = asyncio.run(DecisionChainField().values(Tables.of(people), NOW))
    assert [(link.person, link.depth, link.core) for link in first] == [
        ("ceo", 0, True),
        ("buyer", 1, False),
        ("cio", 1, True),
        ("lead", 2, False),
    ]
    assert first[2].reports_to == "ceo"
    assert last == []


def test_a_line_that_never_ends_is_cut_off() -> None:
    rows = [person("a", f"p{n:03}", f"p{n - 1:03}" if n else "p099") for n in range(100)]
    assert depths(PersonTable.of(rows)).max() == MOST_LAYERS


@given(st.lists(st.integers(-1, 8), max_size=9))
def test_depths_are_those_of_a_walk_upwards(bosses: list[int]) -> None:
    above = {n: boss if boss < n else -1 for n, boss in enumerate(bosses)}
    rows = [person("a", f"p{n}", f"p{b}" if b >= 0 else None) for n, b in above.items()]

    def walk(n: int) -> int:
        return 0 if above[n] < 0 else 1 + walk(above[n])

    assert depths(PersonTable.of(rows)).tolist() == [walk(n) for n in above]
