"""`profilegraph segment`: what segments were, their states, who may change them, their end.

Whoever can run these commands runs the deployment: they may change every segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.listing import AsJson, show_json
from profilegraph.cli.terminal.operator import OPERATOR_NAME, operator_context
from profilegraph.cli.terminal.running import Locale, run
from profilegraph.domain.segments import SegmentState
from profilegraph.errors import NotFound

if TYPE_CHECKING:
    from profilegraph.language.saved_segments import SavedSegment
    from profilegraph.services.platform import Platform

Base = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="Version that the change was made from, 0 for none: refused where another is the newest.",
    ),
]
SegmentKey = Annotated[str, typer.Argument(help="The segment's key.", show_default=False)]
Author = Annotated[str, typer.Option(help="Who does it: the name of an API key.")]


def history(key: SegmentKey, locale: Locale, as_json: AsJson = False) -> None:
    """List the versions of a segment, the newest first, and what each changed."""
    from profilegraph.services.segments import versions

    async def work(platform: Platform) -> list[tuple[SavedSegment, list[str]]]:
        found = (await versions.versions(platform, [key])).get(key)
        if not found:
            raise NotFound(f"no segment has the key {key!r}.", hint="See `segment list`.")
        return [
            (one, await _changes(platform, found, one.version, one.version - 1, locale))
            for one in found
        ]

    told = run(work)
    if as_json:
        show_json([_version(one, lines) for one, lines in told])
        return
    for one, lines in told:
        back = f" (back to version {one.restores})" if one.restores else ""
        head = f"{one.version}  {one.at:%Y-%m-%d %H:%M}  {one.author}{back}  {one.note}"
        out.print(escape(head.rstrip()), highlight=False)
        for text in lines:
            out.print(f"     {escape(text)}", highlight=False)


def _version(one: SavedSegment, lines: Sequence[str]) -> dict[str, object]:
    from profilegraph.language.codec import encode

    return {
        "version": one.version,
        "savedAt": one.at,
        "author": one.author,
        "restores": one.restores,
        "note": one.note,
        "filter": encode(one.filter),
        "changes": list(lines),
    }


def diff(
    key: SegmentKey,
    since: Annotated[int, typer.Argument(help="The older version.", show_default=False)],
    version: Annotated[
        int | None,
        typer.Argument(help="The newer version.", show_default="the newest"),
    ] = None,
    *,
    locale: Locale,
) -> None:
    """Tell in words what changed from one version of a segment to another."""
    from profilegraph.services.segments import versions

    async def work(platform: Platform) -> list[str]:
        newer = await versions.version(platform, key, version)
        older = await versions.version(platform, key, since)
        return await _changes(platform, [newer, older], newer.version, since, locale)

    for text in run(work):
        out.print(escape(text), highlight=False)


def rollback(
    key: SegmentKey,
    version: Annotated[int, typer.Argument(help="The older version.", show_default=False)],
    author: Author = OPERATOR_NAME,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    base: Base = None,
) -> None:
    """Make the filter of an older version that of the newest again."""
    from profilegraph.services.segments import versions

    command = versions.RollBackSegment(key, version, note, base)
    saved = run(lambda platform: versions.roll_back(platform, command, operator_context(author)))
    out.print(f"{saved.key} is at version {saved.version}")


async def _changes(
    platform: Platform, history: Sequence[SavedSegment], number: int, since: int, locale: str
) -> list[str]:
    from profilegraph.services.segments import versions

    found = versions.changes(history, number, since)
    return await versions.describe_changes(platform, found, locale)


def activate(key: SegmentKey) -> None:
    """Put a draft to use, or take a segment out of the archive."""
    _come_into(key, SegmentState.ACTIVE)


def archive(key: SegmentKey) -> None:
    """Put a segment that nothing refers to into the archive."""
    _come_into(key, SegmentState.ARCHIVED)


def snapshot(
    key: SegmentKey,
    snapshot_key: Annotated[
        str | None, typer.Option("--key", help="Key of the snapshot.", show_default="key@moment")
    ] = None,
    author: Author = OPERATOR_NAME,
    note: Annotated[str, typer.Option(help="What it is for.")] = "",
) -> None:
    """Keep who is a member at this moment as a segment of its own."""
    from profilegraph.services.segments import lists

    command = lists.TakeSnapshot(key, snapshot_key, note=note)
    taken = run(lambda platform: lists.take_snapshot(platform, command, operator_context(author)))
    out.print(escape(f"{taken.key} is taken"), highlight=False)


def share(
    key: SegmentKey,
    editors: Annotated[
        list[str] | None,
        typer.Option("--editor", help="Name of an API key that may change it, no others."),
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option(help="Name of the API key that owns it from now on.", show_default=False),
    ] = None,
) -> None:
    """Say who may change a segment: its owner and these editors."""
    from profilegraph.services.segments import lifecycle

    command = lifecycle.ShareSegment(key, tuple(editors or ()), owner)
    saved = run(lambda platform: lifecycle.share(platform, command, operator_context()))
    shared = f" and may be changed by {', '.join(saved.editors)}" if saved.editors else ""
    out.print(escape(f"{key} belongs to {saved.owner}{shared}"), highlight=False)


def delete(key: SegmentKey) -> None:
    """Delete a segment that nothing refers to, with all its versions."""
    from profilegraph.services.segments import lifecycle

    command = lifecycle.DeleteSegment(key)
    run(lambda platform: lifecycle.delete_segment(platform, command, operator_context()))
    out.print(f"{key} is deleted")


def _come_into(key: str, state: SegmentState) -> None:
    from profilegraph.services.segments import lifecycle

    command = lifecycle.SetSegmentState(key, state)
    saved = run(lambda platform: lifecycle.set_state(platform, command, operator_context()))
    out.print(f"{key} is {saved.state}")
