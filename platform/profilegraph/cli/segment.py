"""`profilegraph segment`: saved filters, their members, and why someone is one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from profilegraph.cli import segment_answers, segment_life
from profilegraph.cli.console import out
from profilegraph.cli.exporting import export
from profilegraph.cli.running import AsOf, Locale, Moment, present, run
from profilegraph.cli.segment_difference import difference
from profilegraph.cli.segment_life import SegmentKey
from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.segments import SegmentState
from profilegraph.domain.values import Labels
from profilegraph.segments.codec import decode_text, encode, json_schema
from profilegraph.segments.evidence import evidence_line
from profilegraph.segments.explain import Verdict
from profilegraph.segments.history import as_of
from profilegraph.segments.library import NO_SEGMENTS, Library
from profilegraph.segments.missing import Missing
from profilegraph.segments.missing_text import miss_line
from profilegraph.segments.text import sentence
from profilegraph.services import explanations, segments
from profilegraph.services.platform import Platform
from profilegraph.services.segments import Waterfall
from profilegraph.storage.saved_segments import SavedSegment

app = typer.Typer(help="Segments: saved filters over customers.", no_args_is_help=True)
app.command()(segment_life.history)
app.command()(segment_life.diff)
app.command()(segment_life.rollback)
app.command()(segment_life.activate)
app.command()(segment_life.archive)
app.command()(segment_life.snapshot)
app.command()(segment_life.share)
app.command()(segment_life.delete)
app.command()(difference)
app.command()(export)
app.command()(segment_answers.breakdown)
app.command()(segment_answers.cross)
app.command()(segment_answers.compare)


@app.command("list")
def list_(locale: Locale) -> None:
    """List the saved segments."""
    table = Table("key", "label", "kind", "state", "version", "saved", "by", "owner")
    for one in run(segments.segments):
        label, saved = one.labels.text(locale), f"{one.at:%Y-%m-%d %H:%M}"
        table.add_row(
            one.key, label, one.kind, one.state, str(one.version), saved, one.author, one.owner
        )
    out.print(table)


@app.command()
def show(key: SegmentKey, locale: Locale, now: Moment = None) -> None:
    """Show a segment as a sentence and as JSON, with the customers that each condition kept."""

    async def work(platform: Platform) -> tuple[SavedSegment, Waterfall, Catalogue, Library]:
        saved = await segments.segment(platform, key)
        fall = await segments.waterfall(platform, saved.filter, now or present())
        library = await segments.library(platform, saved.filter)
        return saved, fall, await platform.catalogue(), library

    saved, fall, catalogue, library = run(work)
    show_waterfall(saved, fall, catalogue, locale, library)
    out.print(json.dumps(encode(saved.filter), ensure_ascii=False, indent=2), markup=False)


@app.command()
def save(
    key: SegmentKey,
    file: Annotated[Path, typer.Argument(help="The filter as JSON.", show_default=False)],
    zh: Annotated[str, typer.Option(help="Its Chinese label.")],
    en: Annotated[str, typer.Option(help="Its English label.")],
    author: Annotated[str, typer.Option(help="Who saves it.")] = "command line",
    note: Annotated[str, typer.Option(help="What changed, and why.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="As a draft, if it is new.")] = False,
) -> None:
    """Save a filter as the newest version of a segment."""
    node = decode_text(file.read_text(encoding="utf-8"))
    labels = Labels(zh_cn=zh, en=en)
    saved = run(
        lambda platform: segments.save_segment(
            platform,
            key,
            labels,
            node,
            author=author,
            note=note,
            now=present(),
            state=SegmentState.DRAFT if draft else None,
            operator=True,
        )
    )
    out.print(f"{saved.key} is at version {saved.version}")


@app.command()
def count(key: SegmentKey, now: Moment = None, at: AsOf = None) -> None:
    """Print how many members a segment has, or had."""
    when = as_of(at, now or present())

    async def work(platform: Platform) -> int:
        saved = await segments.segment(platform, key, when)
        return await segments.count(platform, saved.filter, when)

    out.print(run(work), highlight=False)


@app.command()
def members(
    key: SegmentKey,
    locale: Locale,
    first: Annotated[int, typer.Option(min=1, max=segments.MAX_PAGE, help="How many.")] = 20,
    now: Moment = None,
    at: AsOf = None,
) -> None:
    """Print the keys of the first members, and how many there are."""
    del locale
    when = as_of(at, now or present())

    async def work(platform: Platform) -> tuple[int, list[str]]:
        node = (await segments.segment(platform, key, when)).filter
        page = await segments.members(platform, node, when, first=first)
        many = await segments.count(platform, node, when)
        return many, [position.key for position in page.positions]

    many, keys = run(work)
    for member in keys:
        out.print(member, markup=False)
    out.print(f"{len(keys):,} of {many:,} members")


@app.command()
def why(
    key: SegmentKey,
    customer: Annotated[str, typer.Argument(help="The customer's key.", show_default=False)],
    locale: Locale,
    now: Moment = None,
    at: AsOf = None,
) -> None:
    """Explain why a customer is a member, or is not."""
    when = as_of(at, now or present())

    async def work(platform: Platform) -> tuple[Verdict, Catalogue, Library, Missing]:
        node = (await segments.segment(platform, key, when)).filter
        verdict = await segments.explain_member(platform, node, customer, when)
        library = await segments.library(platform, node, when)
        missing = await explanations.missing(platform, verdict, when)
        return verdict, await platform.catalogue(), library, missing

    verdict, catalogue, library, missing = run(work)
    _show_verdict(verdict, catalogue, library, locale)
    if missing is None:
        out.print("no change of conditions would make it a member")
    for one in missing or ():
        out.print(f"[yellow]→[/] {escape(miss_line(one, catalogue, locale, library))}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of filters."""
    out.print(json.dumps(json_schema(), ensure_ascii=False, indent=2), markup=False)


def show_waterfall(
    saved: SavedSegment,
    fall: Waterfall,
    catalogue: Catalogue,
    locale: str,
    library: Library = NO_SEGMENTS,
) -> None:
    """Print how many customers each condition of a segment kept and removed."""
    kept = fall.steps[-1].kept if fall.steps else fall.total
    labels = f"{saved.labels.en} · {saved.labels.zh_cn}"
    out.print(f"[bold]{escape(labels)}[/]: {kept:,} of {fall.total:,} customers")
    for condition, step in zip(fall.conditions, fall.steps, strict=True):
        text = sentence(condition, catalogue, locale, library)
        out.print(f"  {step.kept:>9,} kept {step.removed:>9,} removed   {escape(text)}")


def _show_verdict(
    verdict: Verdict, catalogue: Catalogue, library: Library, locale: str, depth: int = 0
) -> None:
    mark = "[green]✓[/]" if verdict.holds else "[red]✗[/]"
    text = sentence(verdict.node, catalogue, locale, library)
    out.print(f"{'  ' * depth}{mark} {escape(text)}")
    for found in verdict.evidence[:5]:
        out.print(f"{'  ' * (depth + 2)}{escape(evidence_line(found, catalogue, locale))}")
    for child in verdict.children:
        _show_verdict(child, catalogue, library, locale, depth + 1)
