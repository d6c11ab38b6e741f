"""Commands of plugins: `profilegraph NAME …`."""

from __future__ import annotations

from dataclasses import dataclass

import typer

OWN = frozenset(
    {
        "audit", "db", "demo", "doctor", "documents", "duty", "import", "index", "key", "model",
        "plugin", "role", "schema", "segment", "serve", "settings", "signin", "taxonomy",
    }
)  # fmt: skip
"""The platform's own commands."""


@dataclass(frozen=True)
class Command:
    """A Typer application and its command name: lower case, with hyphens."""

    name: str
    app: typer.Typer
