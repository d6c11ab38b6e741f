"""`profilegraph plugin new` and `check`: for those who write plugins."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.running import present
from profilegraph.errors import NotFound

if TYPE_CHECKING:
    from profilegraph.hooks.hosting.discovery import Candidate
    from profilegraph.services.plugins.contract.findings import ContractFinding


NAME = typer.Argument(help="What to call it, such as pet_care.", show_default=False)
CHECKED = typer.Argument(help="Which one; all that are installed if left out.", show_default=False)
FOLDER = typer.Option(help="Where to make it; a folder of its distribution's name if left out.")
QUICK = typer.Option("--quick", help="Leave out the million rows, which take seconds a model.")


def new(name: Annotated[str, NAME], folder: Annotated[Path | None, FOLDER] = None) -> None:
    """Make the package of a new plugin: it installs, and passes its own tests."""
    from profilegraph.hooks.hosting.host import load_host
    from profilegraph.services.plugins.scaffold.making import ScaffoldNames, make_plugin

    host = load_host()
    taken = {one.name for one in host.plugins} | {one.key for one in host.brought}
    names = ScaffoldNames.of(name, taken)
    target = folder or Path(names.values["distribution"])
    for path in make_plugin(names, target):
        out.print(escape(str(path)))
    out.print(f"Next: pip install --editable {escape(str(target))}, then pytest in it.")


def check(
    name: Annotated[str | None, CHECKED] = None, quick: Annotated[bool, QUICK] = False
) -> None:
    """Check that plugins keep the contract of the hooks; say what is wrong and what to do."""
    from profilegraph.hooks.hosting.discovery import Loading
    from profilegraph.hooks.specs import GROUP
    from profilegraph.services.plugins.contract.findings import ContractFinding

    loading = Loading()
    found = loading.find(entry_points(group=GROUP))
    broken = {fault.name: fault.reason for fault in loading.faults}
    if name is not None and name not in {*broken, *(one.name for one in found)}:
        known = ", ".join(sorted({*broken, *(one.name for one in found)})) or "none"
        raise NotFound(f"no plugin is called {name!r}.", hint=f"Installed: {known}.")
    wrong = 0
    for plugin, reason in sorted(broken.items()):
        if name in (None, plugin):
            wrong += 1
            _show(
                plugin, [ContractFinding(f"plugin {plugin}", f"{reason}.", "Make it importable.")]
            )
    for candidate in found:
        if name in (None, candidate.name):
            wrong += _check(candidate, thorough=not quick)
    raise typer.Exit(1 if wrong else 0)


def _check(candidate: Candidate, *, thorough: bool) -> bool:
    from profilegraph.services.plugins.contract.plugins import plugin_findings

    findings = list(plugin_findings(candidate, present(), thorough=thorough))
    _show(candidate.name, findings)
    return bool(findings)


def _show(plugin: str, findings: list[ContractFinding]) -> None:
    if not findings:
        out.print(f"{escape(plugin)}: keeps the contract")
    for finding in findings:
        out.print(f"[bold red]WRONG[/] {escape(f'{finding.about}: {finding.problem}')}")
        out.print(f"  {escape(finding.advice)}")
