"""Options of what plugins bring, as people write them: `--option NAME=VALUE`."""

from __future__ import annotations

from typing import Annotated

import typer

from profilegraph.errors import InvalidInput

Options = Annotated[
    list[str] | None,
    typer.Option("--option", "-o", metavar="NAME=VALUE", help="An option, such as `list` shows."),
]


def parse_pairs(texts: list[str] | None) -> dict[str, str]:
    """Return options by name; raises InvalidInput."""
    return dict(_pair(text) for text in texts or ())


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInput(f"{text!r} is not NAME=VALUE.", where="--option")
    return name, value
