"""`profilegraph segment`: what its members are like, and what tells them from others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.segments.lifecycle import SegmentKey
from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.listing import AsJson, named, show_json, show_rows, show_table
from profilegraph.cli.terminal.running import AsOf, Locale, Moment, present, run

if TYPE_CHECKING:
    from profilegraph.domain.taxonomy.catalogue import Catalogue
    from profilegraph.services.platform import Platform
    from profilegraph.services.segments.answers import Bucket, CrossTable, DimensionBreakdown
    from profilegraph.services.segments.comparison import SegmentComparison, TagFrequency


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
    as_json: AsJson = False,
) -> None:
    """Show how many members carry, or carried, each tag.

    What is known of most members comes first. Tags that no one carries are left out, and so are
    dimensions of which nothing is known, but where they are asked for.
    """
    from profilegraph.language.history import as_of
    from profilegraph.services.segments import answers, service
    from profilegraph.services.segments.broken import reporting_broken

    when = as_of(at, now or present())

    async def work(platform: Platform) -> tuple[Sequence[DimensionBreakdown], Catalogue]:
        node = (await service.segment(platform, key, when)).filter
        async with reporting_broken(platform, key, node, when):
            found = await answers.breakdown(platform, node, when, dimension or None)
        return found, await platform.catalogue()

    found, catalogue = run(work)
    if as_json:
        show_json([_breakdown(one, locale) for one in found])
        return
    non_empty = sorted((one for one in found if one.known or dimension), key=lambda one: -one.known)
    for one in non_empty:
        asked_of = catalogue.dimension(one.dimension)
        title = named(asked_of.key, asked_of.labels.text(locale))
        out.print(f"[bold]{escape(title)}[/]: {one.total:,}")
        for bucket in one.non_empty if asked_of.ordered else _largest_first(one.non_empty):
            text = f"{bucket.count:>9,} {bucket.share:>7.1%}   {_whole(bucket, locale)}"
            out.print(text, markup=False, highlight=False)
    if silent := len(found) - len(non_empty):
        out.print(f"Of {silent} other dimensions, no member carries a tag.")


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
    as_json: AsJson = False,
) -> None:
    """Show how many members carry, or carried, each tag of two dimensions at once."""
    from rich.table import Table

    from profilegraph.language.history import as_of
    from profilegraph.services.segments import answers, service
    from profilegraph.services.segments.broken import reporting_broken

    when = as_of(at, now or present())

    async def work(platform: Platform) -> CrossTable:
        node = (await service.segment(platform, key, when)).filter
        async with reporting_broken(platform, key, node, when):
            return await answers.cross_table(platform, rows, columns, node, when)

    found = run(work)
    if as_json:
        show_json(_crossed(found, locale))
        return
    table = Table("", *(escape(_label(one, locale)) for one in found.columns), "")
    for row, cells in zip(found.rows, found.cells, strict=True):
        table.add_row(
            escape(_label(row, locale)), *(f"{c.count:,}" for c in cells), f"{row.count:,}"
        )
    table.add_row("", *(f"{one.count:,}" for one in found.columns), f"{found.total:,}")
    show_table(table)


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
    as_json: AsJson = False,
) -> None:
    """Show which tags are more or less frequent in a segment than in another, or elsewhere.

    The strongest sign comes first; tags that are as frequent here as there, by what can be said of
    so many customers, are counted alone.
    """
    from profilegraph.language.history import as_of
    from profilegraph.services.segments import comparison, service
    from profilegraph.services.segments.broken import reporting_any_broken
    from profilegraph.services.segments.comparison import Representation

    when = as_of(at, now or present())

    async def work(platform: Platform) -> SegmentComparison:
        ours = (await service.segment(platform, a, when)).filter
        theirs = None if b is None else (await service.segment(platform, b, when)).filter
        async with reporting_any_broken(platform, [a] if b is None else [a, b], when):
            return await comparison.compare(platform, ours, theirs, when, dimension or None)

    found = run(work)
    non_empty = [one for one in found.differences if one.representation is not Representation.ALIKE]
    if as_json:
        show_json(_compared(found, non_empty[:first], locale))
        return
    _show_compared(found, non_empty, first, a, "all others" if b is None else b, locale)


def _show_compared(
    found: SegmentComparison,
    non_empty: Sequence[TagFrequency],
    first: int,
    a: str,
    b: str,
    locale: str,
) -> None:
    out.print(
        escape(f"{a}: {found.a_size:,}, {b}: {found.b_size:,}, in both: {found.intersection:,}")
    )
    show_rows(
        ("tag", a, b, "lift", "95 %", ""),
        (
            (
                named(one.tag, one.labels.text(locale)),
                *_numbers(one),
                one.representation.value.lower(),
            )
            for one in non_empty[:first]
        ),
    )
    alike = len(found.differences) - len(non_empty)
    more = f"{len(non_empty) - first:,} more differ (--first); " if len(non_empty) > first else ""
    out.print(f"{more}{alike:,} other tags do not tell them apart.")


def _largest_first(buckets: Sequence[Bucket]) -> list[Bucket]:
    """Return buckets by their size; those without a tag at the end."""
    return sorted(buckets, key=lambda one: (one.tag is None, -one.count))


def _breakdown(one: DimensionBreakdown, locale: str) -> dict[str, object]:
    buckets = [_bucket(bucket, locale) for bucket in one.non_empty]
    return {"dimension": one.dimension, "total": one.total, "known": one.known, "buckets": buckets}


def _bucket(bucket: Bucket, locale: str) -> dict[str, object]:
    label = _label(bucket, locale)
    return {"tag": bucket.tag, "label": label, "count": bucket.count, "share": bucket.share}


def _crossed(found: CrossTable, locale: str) -> dict[str, object]:
    return {
        "total": found.total,
        "rows": [_bucket(one, locale) for one in found.rows],
        "columns": [_bucket(one, locale) for one in found.columns],
        "cells": [[cell.count for cell in row] for row in found.cells],
    }


def _compared(
    found: SegmentComparison, non_empty: Sequence[TagFrequency], locale: str
) -> dict[str, object]:
    return {
        "aSize": found.a_size,
        "bSize": found.b_size,
        "intersection": found.intersection,
        "differences": [
            {
                "tag": one.tag,
                "label": one.labels.text(locale),
                "aCount": one.a_count,
                "bCount": one.b_count,
                "aShare": one.a_share,
                "bShare": one.b_share,
                "lift": one.lift,
                "interval": one.interval,
                "representation": one.representation.value,
            }
            for one in non_empty
        ],
    }


def _whole(bucket: Bucket, locale: str) -> str:
    """Return the key of a bucket's tag with its label; of those without a tag, the label alone."""
    label = _label(bucket, locale)
    return label if bucket.tag is None else named(bucket.tag, label)


def _label(bucket: Bucket, locale: str) -> str:
    return bucket.labels.text(locale) if bucket.labels else bucket.tag or ""


def _numbers(one: TagFrequency) -> tuple[str, str, str, str]:
    lift, interval = one.lift, one.interval
    return (
        "–" if one.a_share is None else f"{one.a_share:.1%}",
        "–" if one.b_share is None else f"{one.b_share:.1%}",
        "–" if lift is None else f"{lift:.2f}",
        "–" if interval is None else f"{interval[0]:.2f} to {interval[1]:.2f}",
    )
