"""What is in use: by the graph where its database answers, else by the installed plugins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from profilegraph.cli.terminal.console import err

if TYPE_CHECKING:
    from profilegraph.domain.taxonomy.definition import Taxonomy
    from profilegraph.hooks.hosting.host import Host


Installed = Annotated[
    bool,
    typer.Option("--installed", help="What is installed, whatever a database has; none is asked."),
]
_UNASKED = (
    "No database answers, so this is what is installed. What a process serves is decided with what"
    " its graph has: start it with `profilegraph db start`, or see to NEO4J_URI."
)


def find_in_use(*, installed: bool) -> tuple[Host, Sequence[Taxonomy]]:
    """Return the host, and the taxonomies in use; it is said where no graph could be asked."""
    import asyncio

    from profilegraph.config import load_settings
    from profilegraph.hooks.hosting.host import load_host
    from profilegraph.services.platform import in_use

    host = load_host()
    if installed:
        return host, host.taxonomies
    found = asyncio.run(in_use(load_settings(), host))
    if found is None:
        err.print(f"[yellow]NOTE[/] {_UNASKED}", soft_wrap=True)
        return host, host.taxonomies
    return found
