"""`profilegraph segment`: whether a segment is live, and who entered and left it.

Serving processes evaluate live segments: these commands say which, and read what was found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.segments.lifecycle import SegmentKey
from profilegraph.cli.terminal.console import err, out
from profilegraph.cli.terminal.listing import AsJson, named, show_json
from profilegraph.cli.terminal.operator import operator_context
from profilegraph.cli.terminal.running import run
from profilegraph.domain.limits import HOURLY, MAX_TRANSITIONS

if TYPE_CHECKING:
    from profilegraph.services.live.service import Transition, TransitionPage
    from profilegraph.services.platform import Platform


def live(
    key: SegmentKey,
    *,
    on_change: Annotated[
        bool, typer.Option(help="Evaluate customers as soon as something changes about them.")
    ] = True,
    schedule: Annotated[
        str, typer.Option(help="When all are: minute, hour, day, month and named weekday.")
    ] = HOURLY,
    off: Annotated[bool, typer.Option("--off", help="Evaluate it no more.")] = False,
) -> None:
    """Have a segment evaluated again and again, or with --off no more; its history stays."""
    from profilegraph.services.live import service

    async def work(platform: Platform) -> None:
        cron = None if off else schedule
        command = service.SetSegmentLive(key, on_change and not off, cron)
        await service.set_live(platform, command, operator_context())

    run(work)
    when = f"on change and at {schedule}" if on_change else f"at {schedule}"
    out.print(escape(f"{key} is not live" if off else f"{key} is live: {when}"), highlight=False)


def moves(
    key: SegmentKey,
    first: Annotated[int, typer.Option(min=1, max=MAX_TRANSITIONS, help="How many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List who entered (+) and who left (-) while it was live, the newest first, and why."""
    from profilegraph.services.customers.profiles import names_of
    from profilegraph.services.live import service

    async def work(platform: Platform) -> tuple[TransitionPage, Mapping[str, str], str | None]:
        page = await service.newest_transitions(platform, key, first=first)
        names = await names_of(platform, [one.customer for one in page.crossings])
        return page, names, await service.failure(platform, key)

    page, names, problem = run(work)
    if problem is not None:
        err.print(f"[bold yellow]NOT EVALUATED[/] {escape(problem)}", highlight=False)
    if as_json:
        listed = [_move(one, names.get(one.customer)) for one in page.crossings]
        show_json({"moves": listed, "more": page.has_next})
        return
    for one in page.crossings:
        who = f"{'+' if one.entered else '-'} {named(one.customer, names.get(one.customer))}"
        line = f"{one.at:%Y-%m-%d %H:%M}  {who}  {one.cause.lower().replace('_', ' ')}"
        out.print(escape(line), highlight=False)
    if page.has_next:
        out.print("there are more: ask for them with --first")


def _move(one: Transition, name: str | None) -> dict[str, object]:
    return {
        "at": one.at,
        "entered": one.entered,
        "customer": one.customer,
        "name": name,
        "cause": one.cause,
    }
