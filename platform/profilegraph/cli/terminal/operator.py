"""Changes by whoever runs the deployment, who may change everything."""

from __future__ import annotations

from dataclasses import replace

from profilegraph.cli.terminal.running import present
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR

OPERATOR_NAME = OPERATOR.name


def operator_context(author: str = OPERATOR_NAME) -> CommandContext:
    """Return the context of a change that is made now, under the operator's name or another."""
    return CommandContext(replace(OPERATOR, name=author), present())
