"""All checks of one plugin that need no database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import ModuleType

from profilegraph.domain.catalogue import Catalogue
from profilegraph.hooks.host import CORE, Candidate, Host, build_host
from profilegraph.services.contract.fields import field_findings
from profilegraph.services.contract.findings import Finding
from profilegraph.services.contract.importing import import_findings
from profilegraph.services.contract.leaves import leaf_findings
from profilegraph.services.contract.models import million_rows_findings, model_findings


def plugin_findings(
    candidate: Candidate, now: datetime, *, thorough: bool = True
) -> Iterator[Finding]:
    """Yield what is wrong with a plugin, which is loaded beside the platform's own taxonomies.

    If `thorough`, models also get a million rows, which takes seconds.
    """
    if isinstance(candidate.plugin, ModuleType):
        yield from import_findings(candidate.plugin.__name__)
    host = build_host([CORE, candidate])
    yield from load_findings(host, candidate.name)
    catalogue = Catalogue.of(host.taxonomies)
    for model in host.models:
        yield from model_findings(model, catalogue, now)
        if thorough:
            yield from million_rows_findings(model, catalogue, now)
    for key in host.leaves.things:
        yield from leaf_findings(host.leaf(key), catalogue)
    for field in host.customer_fields:
        yield from field_findings(field, catalogue, now)


def load_findings(host: Host, name: str) -> Iterator[Finding]:
    """Yield why a plugin, or a part of it, is not in use."""
    for fault in host.faults:
        if fault.name == name:
            advice = "`profilegraph plugin list --trace` shows where."
            yield Finding(f"plugin {name}", f"{fault.reason.rstrip('.')}.", advice)
