"""Commands of a plugin's own: `profilegraph NAME …`."""

from __future__ import annotations

from dataclasses import dataclass

import typer

OWN = frozenset(
    {
        "db", "demo", "doctor", "duty", "import", "index", "key", "model", "plugin", "schema", "segment",
        "settings",
        "serve", "taxonomy",
    }
)  # fmt: skip
"""The commands of the platform itself."""


@dataclass(frozen=True)
class Command:
    """A Typer application and the name under which people call it: lower case, with hyphens."""

    name: str
    app: typer.Typer
