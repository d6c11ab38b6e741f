"""Commands of plugins: `profilegraph NAME …`."""

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
"""The platform's own commands."""


@dataclass(frozen=True)
class Command:
    """A Typer application and its command name: lower case, with hyphens."""

    name: str
    app: typer.Typer
