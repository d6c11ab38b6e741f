"""Runs all checks of one plugin that need no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import TypeAlias

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import PluginError
from profilegraph.hooks.hosting.circuit_breaker import DirectCalls
from profilegraph.hooks.hosting.host import CORE, Candidate, Host, build_host
from profilegraph.hooks.hosting.isolation import Isolated
from profilegraph.services.plugins.contract.fields import field_findings
from profilegraph.services.plugins.contract.findings import ContractFinding
from profilegraph.services.plugins.contract.importing import import_findings
from profilegraph.services.plugins.contract.leaves import leaf_findings
from profilegraph.services.plugins.contract.models import million_rows_findings, model_findings

CHECK_SECONDS = 120.0
"""The time limit for the checks of one part of a plugin."""
Findings: TypeAlias = Callable[[], Iterator[ContractFinding]]


def plugin_findings(
    candidate: Candidate, now: datetime, *, thorough: bool = True
) -> Iterator[ContractFinding]:
    """Yield findings on a plugin, loaded together with the platform's own taxonomies.

    If `thorough`, models are also run on a million rows, which takes seconds. The plugin is called
    in a process of its own, which is terminated if a check takes too long.
    """
    if isinstance(candidate.plugin, ModuleType):
        yield from import_findings(candidate.plugin.__name__)
    host = build_host([CORE, candidate])
    yield from load_findings(host, candidate.name)
    catalogue = Catalogue.of(host.taxonomies)
    with Isolated(f"check {candidate.name}") as process:
        for about, findings in _checks(host, catalogue, now, thorough=thorough):
            yield from _in_time(process, about, findings)


def _checks(
    host: Host, catalogue: Catalogue, now: datetime, *, thorough: bool
) -> Iterator[tuple[str, Findings]]:
    """Yield the name of each part to check, with its findings."""
    for model in host.models:
        yield f"model {model.key}", partial(model_findings, model, catalogue, now)
        if thorough:
            yield f"model {model.key}", partial(million_rows_findings, model, catalogue, now)
    for key in host.leaves.things:
        # The guard of the host is for a process that serves; this one is ended where it hangs.
        leaf = replace(host.leaf(key), guard=DirectCalls())
        yield f"leaf {key}", partial(leaf_findings, leaf, catalogue)
    for field in host.customer_fields:
        yield f"customer field {field.key}", partial(field_findings, field, catalogue, now)


def _in_time(process: Isolated, about: str, findings: Findings) -> Iterator[ContractFinding]:
    """Yield findings, or one that the plugin's code terminated the check."""
    try:
        yield from process.call(partial(_listed, findings), CHECK_SECONDS)
    except PluginError as error:
        yield ContractFinding(about, error.message, "Let it end, whatever it is given.")


def _listed(findings: Findings) -> list[ContractFinding]:
    return list(findings())


def load_findings(host: Host, name: str) -> Iterator[ContractFinding]:
    """Yield why a plugin, or a part of it, is not in use."""
    for fault in host.faults:
        if fault.name == name:
            advice = "`profilegraph plugin list --trace` shows where."
            yield ContractFinding(f"plugin {name}", f"{fault.reason.rstrip('.')}.", advice)
