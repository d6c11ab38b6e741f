"""Random filters over random graphs: all evaluators give the same customers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from profilegraph.domain.catalogue import Catalogue
from profilegraph.importers.taxonomies import read_taxonomy
from profilegraph.segments.checking import check
from profilegraph.segments.codec import decode_text, encode_text
from profilegraph.segments.nodes import Node
from profilegraph.storage.database import Database
from tests.conftest import NOW
from tests.property.random_worlds import worlds
from tests.property.strategies import LIBRARY, filters
from tests.spec.conftest import CONTEXT, EVALUATORS
from tests.support.worlds import World, load_only, load_world

SPEC = Path(__file__).parents[1] / "spec" / "spec.yaml"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of([read_taxonomy(SPEC)])


@given(node=filters)
@settings(max_examples=300, deadline=None)
def test_a_filter_survives_being_written_as_json(node: Node) -> None:
    assert decode_text(encode_text(node)) == node


@pytest.fixture
async def loaded(migrated: Database, catalogue: Catalogue) -> Database:
    await load_only(migrated, catalogue.taxonomies)
    return migrated


@given(world=worlds(), nodes=st.lists(filters, min_size=8, max_size=8))
@settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
async def test_explain_and_cypher_agree_on_every_filter(
    loaded: Database, catalogue: Catalogue, world: World, nodes: list[Node]
) -> None:
    await load_world(loaded, world, NOW)
    context = replace(CONTEXT, library=LIBRARY)
    for node in nodes:
        check(node, catalogue, LIBRARY)
        answers = {
            name: await evaluate(loaded, catalogue, node, context)
            for name, evaluate in EVALUATORS.items()
        }
        assert answers["cypher"] == answers["explain"], encode_text(node)
