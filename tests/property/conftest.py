"""The taxonomy of the spec suite, and a graph that has it and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.storage.neo4j.database import Database
from tests.support.worlds import load_only

SPEC = Path(__file__).parents[1] / "spec" / "spec.yaml"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.of([read_taxonomy(SPEC)])


@pytest.fixture
async def loaded(migrated: Database, catalogue: Catalogue) -> Database:
    await load_only(migrated, catalogue.taxonomies)
    return migrated
