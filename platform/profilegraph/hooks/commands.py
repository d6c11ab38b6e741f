"""Commands of a plugin's own: `profilegraph NAME …`."""

from __future__ import annotations

from dataclasses import dataclass

import typer


@dataclass(frozen=True)
class Command:
    """A Typer application and the name under which people call it: lower case, with hyphens."""

    name: str
    app: typer.Typer
