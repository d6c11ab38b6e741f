"""Changes by whoever runs the deployment, who may change everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from profilegraph.cli.terminal.running import present

if TYPE_CHECKING:
    from profilegraph.domain.commands import CommandContext

OPERATOR_NAME = "command line"


def operator_context(author: str = OPERATOR_NAME) -> CommandContext:
    """Return the context of a change that is made now, under the operator's name or another."""
    from dataclasses import replace

    from profilegraph.domain.commands import CommandContext
    from profilegraph.domain.duties import OPERATOR

    return CommandContext(replace(OPERATOR, name=author), present())
