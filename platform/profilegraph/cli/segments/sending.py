"""`profilegraph segment send`: the members of a segment to a plugin's destination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.plugins.options import Options, parse_pairs
from profilegraph.cli.segments.lifecycle import SegmentKey
from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.operator import operator_context
from profilegraph.cli.terminal.running import present, run
from profilegraph.errors import PluginError

if TYPE_CHECKING:
    from profilegraph.domain.destinations import DeliveryRecord
    from profilegraph.services.platform import Platform


To = Annotated[str, typer.Option("--to", help="The destination's key.", show_default=False)]
Columns = Annotated[
    str | None,
    typer.Option(help="Columns, such as key,name,identity:email.", show_default="its own"),
]


def send(key: SegmentKey, to: To, option: Options = None, columns: Columns = None) -> None:
    """Send the members of a segment; what was not sent before is taken up, under the same id."""
    from profilegraph.domain.destinations import DELIVERY
    from profilegraph.services.destinations import sending
    from profilegraph.services.outbox.kinds import outbox_kinds
    from profilegraph.services.outbox.worker import OutboxWorker

    given = parse_pairs(option)
    names = tuple(columns.split(",")) if columns else None

    async def work(platform: Platform) -> DeliveryRecord:
        command = sending.SendSegment(key, to, given, names)
        waiting = await sending.request_delivery(platform, command, operator_context())
        outbox = OutboxWorker(platform, outbox_kinds(platform), present)
        await outbox.send(DELIVERY, waiting.key)
        return await sending.delivery(platform, waiting.key)

    _show(run(work))


def _show(sent: DeliveryRecord) -> None:
    from profilegraph.domain.outbox import OutboxState

    if sent.state is OutboxState.SENT:
        out.print(f"{sent.size:,} members sent ({sent.key}): {escape(sent.note or '')}")
    elif sent.problem is None:
        out.print(f"another process is sending this ({sent.key})")
    else:
        again = "The same command tries again, under the same id and to the same members"
        if sent.state is OutboxState.WAITING:
            again += f"; so does a process that serves, at {sent.due_at:%Y-%m-%d %H:%M:%S} UTC"
        raise PluginError(
            f"{sent.size:,} members were not sent ({sent.key}): {sent.problem}", hint=f"{again}."
        )
