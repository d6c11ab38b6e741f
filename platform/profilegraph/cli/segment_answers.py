"""`profilegraph segment`: what its members are like, and what tells them from others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from profilegraph.cli.console import out
from profilegraph.cli.running import AsOf, Locale, Moment, present, run
from profilegraph.cli.segment_life import SegmentKey
from profilegraph.domain.catalogue import Catalogue
from profilegraph.segments.history import as_of
from profilegraph.services import answers, comparison, segments
from profilegraph.services.answers import Bucket, CrossTable, DimensionBreakdown
from profilegraph.services.broken import naming, naming_one
from profilegraph.services.comparison import Comparison, Difference
from profilegraph.services.platform import Platform

Dimensions = Annotated[
    list[str] | None,
    typer.Option(
        "--dimension", help="Key of a dimension; several times for several.", show_default="all"
    ),
]


def breakdown(
    key: SegmentKey,
    *,
    dimension: Dimensions = None,
    locale: Locale,
    now: Moment = None,
    at: AsOf = None,
) -> None:
    """Show how many members carry, or carried, each tag; tags that no one carries are left out."""
    when = as_of(at, now or present())

    async def work(platform: Platform) -> tuple[Sequence[DimensionBreakdown], Catalogue]:
        node = (await segments.segment(platform, key, when)).filter
        async with naming(platform, key, node, when):
            found = await answers.breakdown(platform, node, when, dimension or None)
        return found, await platform.catalogue()

    found, catalogue = run(work)
    for one in found:
        label = catalogue.dimension(one.dimension).labels.text(locale)
        out.print(f"[bold]{escape(label)}[/]: {one.total:,}")
        for bucket in one.buckets:
            if bucket.count:
                text = f"{bucket.count:>9,} {bucket.share:>7.1%}   {_label(bucket, locale)}"
                out.print(text, markup=False, highlight=False)


def cross(
    key: SegmentKey,
    rows: Annotated[str, typer.Argument(help="Key of the rows' dimension.", show_default=False)],
    columns: Annotated[
        str, typer.Argument(help="Key of the columns' dimension.", show_default=False)
    ],
    *,
    locale: Locale,
    now: Moment = None,
    at: AsOf = None,
) -> None:
    """Show how many members carry, or carried, each tag of two dimensions at once."""
    when = as_of(at, now or present())

    async def work(platform: Platform) -> CrossTable:
        node = (await segments.segment(platform, key, when)).filter
        async with naming(platform, key, node, when):
            return await answers.cross_table(platform, rows, columns, node, when)

    found = run(work)
    table = Table("", *(escape(_label(one, locale)) for one in found.columns), "")
    for row, cells in zip(found.rows, found.cells, strict=True):
        table.add_row(
            escape(_label(row, locale)), *(f"{c.count:,}" for c in cells), f"{row.count:,}"
        )
    table.add_row("", *(f"{one.count:,}" for one in found.columns), f"{found.total:,}")
    out.print(table)


def compare(
    a: SegmentKey,
    b: Annotated[
        str | None, typer.Argument(help="The other segment's key.", show_default="all others")
    ] = None,
    *,
    dimension: Dimensions = None,
    first: Annotated[int, typer.Option(min=1, help="How many tags.")] = 20,
    locale: Locale,
    now: Moment = None,
    at: AsOf = None,
) -> None:
    """Show which tags are more or less frequent in a segment than in another, or elsewhere."""
    when = as_of(at, now or present())

    async def work(platform: Platform) -> Comparison:
        ours = (await segments.segment(platform, a, when)).filter
        theirs = None if b is None else (await segments.segment(platform, b, when)).filter
        async with naming_one(platform, [a] if b is None else [a, b], when):
            return await comparison.compare(platform, ours, theirs, when, dimension or None)

    found = run(work)
    other = "all others" if b is None else b
    out.print(f"{a}: {found.a_size:,}, {other}: {found.b_size:,}, in both: {found.intersection:,}")
    table = Table("tag", a, other, "lift", "95 %", "")
    for one in found.differences[:first]:
        table.add_row(
            escape(one.labels.text(locale)), *_numbers(one), one.representation.value.lower()
        )
    out.print(table)


def _label(bucket: Bucket, locale: str) -> str:
    return bucket.labels.text(locale) if bucket.labels else bucket.tag or ""


def _numbers(one: Difference) -> tuple[str, str, str, str]:
    lift, interval = one.lift, one.interval
    return (
        "–" if one.a_share is None else f"{one.a_share:.1%}",
        "–" if one.b_share is None else f"{one.b_share:.1%}",
        "–" if lift is None else f"{lift:.2f}",
        "–" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}",
    )
