"""The contract of the hooks as tests: derive from the class, name the plugin, and run pytest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.hooks.hosting.host import CORE, Candidate, Host, build_host
from profilegraph.importers.records.binding import Conventions
from profilegraph.services.plugins.contract.fields import field_findings
from profilegraph.services.plugins.contract.findings import ContractFinding
from profilegraph.services.plugins.contract.importers import importer_findings
from profilegraph.services.plugins.contract.importing import import_findings
from profilegraph.services.plugins.contract.leaves import expanded, leaf_findings
from profilegraph.services.plugins.contract.models import million_rows_findings, model_findings
from profilegraph.services.plugins.contract.plugins import load_findings
from profilegraph_testing.graph import Graph


class PluginContract:
    """Tests that a plugin keeps its word; each says what is wrong and what to do."""

    plugin: ModuleType
    """The plugin: the module that its entry point names."""
    leaf_examples: Mapping[str, Sequence[Mapping[str, Any]]] = MappingProxyType({})
    """By leaf, what it may be asked; without it, examples are made up from its input."""
    import_files: Mapping[str, Sequence[Path]] = MappingProxyType({})
    """By importer, files that it can read; each importer needs at least one."""

    def test_it_loads_and_all_of_it_is_in_use(self) -> None:
        """Its keys are valid and free, its labels complete, its hooks what they promise."""
        holds(load_findings(self.host(), self.name()))

    def test_importing_it_does_nothing_else(self) -> None:
        """No files, sockets, processes, threads or environment on import."""
        holds(import_findings(self.plugin.__name__))

    def test_its_models_keep_their_word(self, profilegraph_now: datetime) -> None:
        """They cope with nothing and with gaps, repeat themselves, and do not see the future."""
        for model in self.host().models:
            holds(model_findings(model, self.catalogue(), profilegraph_now))

    def test_its_models_take_a_million_rows(self, profilegraph_now: datetime) -> None:
        """In bounded memory."""
        for model in self.host().models:
            holds(million_rows_findings(model, self.catalogue(), profilegraph_now))

    def test_its_leaves_make_filters(self) -> None:
        """The same filter each time, of what exists, that reads well in both languages."""
        for key in self.host().leaves.things:
            examples = self.leaf_examples.get(key, ())
            holds(leaf_findings(self.host().leaf(key), self.catalogue(), examples))

    def test_all_engines_answer_its_leaves_alike(self, request: pytest.FixtureRequest) -> None:
        """On the small graph, in a genuine Neo4j."""
        leaves = self.host().leaves.things
        if not leaves:
            return  # and no database is started
        graph: Graph = request.getfixturevalue("profilegraph_graph")
        for model in self.host().models:
            graph.run(model.key)
        for key in leaves:
            for _, node in expanded(self.host().leaf(key), self.leaf_examples.get(key, ())):
                graph.agreed(node)

    def test_its_customer_fields_have_a_value_for_each(self, profilegraph_now: datetime) -> None:
        """Also for those of whom nothing is known."""
        for field in self.host().customer_fields:
            holds(field_findings(field, self.catalogue(), profilegraph_now))

    def test_its_importers_repeat_themselves(self) -> None:
        """The same file tells the same records, and they fit the taxonomies."""
        conventions = Conventions(ZoneInfo("UTC"), "CNY", "CN", self.catalogue())
        for importer in self.host().importers:
            files = tuple(self.import_files.get(importer.key, ()))
            if not files:
                pytest.fail(f"name files for the importer {importer.key!r} in `import_files`")
            holds(importer_findings(importer, files, conventions))

    @classmethod
    def name(cls) -> str:
        """Return what the plugin is called among the findings."""
        return cls.plugin.__name__

    @classmethod
    def host(cls) -> Host:
        """Return the host of the platform's own taxonomies and of the plugin."""
        return _host(cls.plugin)

    @classmethod
    def catalogue(cls) -> Catalogue:
        """Return all that the plugin may name."""
        return Catalogue.of(cls.host().taxonomies)


@cache
def _host(plugin: ModuleType) -> Host:
    return build_host([CORE, Candidate(plugin.__name__, plugin)])


def holds(findings: Any) -> None:
    """Fail with all findings, where there are any."""
    found: list[ContractFinding] = list(findings)
    if found:
        pytest.fail("\n".join(map(str, found)), pytrace=False)
