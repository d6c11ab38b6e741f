"""`profilegraph segment difference`: who entered a segment and who left it, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from rich.markup import escape

from profilegraph.cli.segments.lifecycle import SegmentKey
from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.listing import counted, named
from profilegraph.cli.terminal.running import Locale, Moment, parse_moment, present, run
from profilegraph.domain.limits import MAX_PAGE

if TYPE_CHECKING:
    from profilegraph.language.nodes import Cause
    from profilegraph.services.platform import Platform
    from profilegraph.services.segments.membership import (
        ChangesPage,
        MembershipComparison,
        MembershipSums,
    )

    Found: TypeAlias = tuple[
        MembershipComparison,
        MembershipSums,
        Mapping[tuple[bool, Cause], int],
        ChangesPage,
        Mapping[str, str],
    ]


def difference(
    key: SegmentKey,
    start: Annotated[
        datetime,
        typer.Option(
            "--from", parser=lambda text: parse_moment(text), metavar="MOMENT", help="Since when."
        ),
    ],
    end: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            parser=lambda text: parse_moment(text),
            metavar="MOMENT",
            show_default="now",
            help="Until when.",
        ),
    ] = None,
    first: Annotated[int, typer.Option(min=1, max=MAX_PAGE, help="How many to name.")] = 20,
    now: Moment = None,
    *,
    locale: Locale,
) -> None:
    """Tell who entered a segment and who left it between two moments, and why."""
    from profilegraph.services.customers.profiles import names_of
    from profilegraph.services.segments import membership

    async def work(platform: Platform) -> Found:
        at = now or present()
        comparison = await membership.compare_moments(platform, key, start, end or at, at)
        sums = await membership.sums(platform, comparison)
        causes = await membership.causes(platform, comparison)
        page = await membership.page(platform, comparison, first=first)
        names = await names_of(platform, [one.customer for one in page.changes])
        return comparison, sums, causes, page, names

    _show(*run(work), locale)


def _show(
    comparison: MembershipComparison,
    sums: MembershipSums,
    causes: Mapping[tuple[bool, Cause], int],
    page: ChangesPage,
    names: Mapping[str, str],
    locale: str,
) -> None:
    from profilegraph.rendering.attribution import reason_line
    from profilegraph.rendering.languages import wording

    words = wording(locale).names
    out.print(
        f"{counted(sums.before, 'member')}, {sums.entered:,} entered, {sums.left:,} left: {sums.after:,}"
    )
    for (entered, cause), count in sorted(causes.items(), key=lambda item: (-item[1], item[0])):
        out.print(f"  {'+' if entered else '-'}{count:,}  {words.of(cause)}")
    library = comparison.old.context.library
    for one in page.changes:
        lines = [reason_line(why, comparison.catalogue, locale, library) for why in one.reasons]
        who = named(one.customer, names.get(one.customer))
        line = f"{'+' if one.entered else '-'} {who}  {'; '.join(lines)}"
        out.print(escape(line), highlight=False)
    if page.has_next:
        out.print("…")
