"""`profilegraph segment`: saved filters, their members, and why someone is one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.segments import answers, lifecycle, live
from profilegraph.cli.segments.difference import difference
from profilegraph.cli.segments.exporting import export
from profilegraph.cli.segments.lifecycle import Base, SegmentKey
from profilegraph.cli.segments.sending import send
from profilegraph.cli.segments.webhooks import webhooks
from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.listing import (
    AsJson,
    counted,
    labels_json,
    named,
    show_json,
    show_rows,
)
from profilegraph.cli.terminal.operator import OPERATOR_NAME, operator_context
from profilegraph.cli.terminal.running import AsOf, Locale, Moment, present, run
from profilegraph.domain.limits import MAX_PAGE
from profilegraph.domain.segments import SegmentState
from profilegraph.errors import InvalidInput

if TYPE_CHECKING:
    from profilegraph.domain.taxonomy.catalogue import Catalogue
    from profilegraph.domain.values import Labels
    from profilegraph.engines.reference.counterfactual import Missing
    from profilegraph.engines.reference.evaluator import Verdict
    from profilegraph.language.saved_filters import SavedFilters
    from profilegraph.language.saved_segments import SavedSegment
    from profilegraph.services.platform import Platform
    from profilegraph.services.segments.broken import Broken
    from profilegraph.services.segments.service import Waterfall


app = typer.Typer(help="Segments: saved filters over customers.", no_args_is_help=True)
app.command()(lifecycle.history)
app.command()(lifecycle.diff)
app.command()(lifecycle.rollback)
app.command()(lifecycle.activate)
app.command()(lifecycle.archive)
app.command()(lifecycle.snapshot)
app.command()(lifecycle.share)
app.command()(lifecycle.delete)
app.command()(difference)
app.command()(export)
app.command()(send)
app.command()(live.live)
app.command()(live.moves)
app.command()(webhooks)
app.command()(answers.breakdown)
app.command()(answers.cross)
app.command()(answers.compare)


@app.command("list")
def list_(
    locale: Locale,
    only_broken: Annotated[
        bool, typer.Option("--broken", help="Only those that cannot be asked any more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the saved segments; of those that are broken, what is missing."""
    from profilegraph.services.segments import broken, service

    async def work(platform: Platform) -> list[tuple[SavedSegment, Broken | None]]:
        saved = await service.segments(platform)
        reasons = await broken.broken(platform, [one.filter for one in saved])
        return [
            (one, why) for one, why in zip(saved, reasons, strict=True) if why or not only_broken
        ]

    found = run(work)
    if as_json:
        show_json([_listed(one, why, locale) for one, why in found])
        return
    show_rows(
        ("key", "label", "kind", "state", "version", "saved", "by", "owner", "broken by"),
        (
            (
                one.key,
                one.labels.text(locale),
                one.kind,
                one.state,
                one.version,
                f"{one.at:%Y-%m-%d %H:%M}",
                one.author,
                one.owner,
                why.text(locale) if why else None,
            )
            for one, why in found
        ),
    )


def _listed(one: SavedSegment, why: Broken | None, locale: str) -> dict[str, object]:
    from profilegraph.language.codec import encode

    return {
        "key": one.key,
        "labels": labels_json(one.labels),
        "kind": one.kind,
        "state": one.state,
        "version": one.version,
        "savedAt": one.at,
        "author": one.author,
        "owner": one.owner,
        "filter": encode(one.filter),
        "brokenBy": why.text(locale) if why else None,
    }


@app.command()
def show(key: SegmentKey, locale: Locale, now: Moment = None) -> None:
    """Show a segment as sentences and as JSON, with the customers that each condition kept.

    Of a broken one, what is missing in it and what to do instead of the customers.
    """
    from profilegraph.language.codec import encode
    from profilegraph.rendering.sentences import sentence
    from profilegraph.services.segments import broken, service
    from profilegraph.services.segments.broken import Broken

    async def work(
        platform: Platform,
    ) -> tuple[SavedSegment, Broken | Waterfall, Catalogue, SavedFilters]:
        saved = await service.segment(platform, key)
        [why] = await broken.broken(platform, [saved.filter])
        found = why or await service.waterfall(platform, saved.filter, now or present())
        library = await service.library(platform, saved.filter)
        return saved, found, await platform.catalogue(), library

    saved, found, catalogue, library = run(work)
    if isinstance(found, Broken):
        _show_broken(saved, found, locale)
        out.print(escape(sentence(saved.filter, catalogue, locale, library)))
    else:
        show_waterfall(saved, found, catalogue, locale, library)
    out.print(json.dumps(encode(saved.filter), ensure_ascii=False, indent=2), markup=False)


@app.command()
def save(
    key: SegmentKey,
    file: Annotated[Path, typer.Argument(help="The filter as JSON.", show_default=False)],
    zh: Annotated[str | None, typer.Option(help="Its Chinese label.")] = None,
    en: Annotated[
        str | None, typer.Option(help="Its English label; one of the two is enough.")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(help="Its label in another language, such as fr=Clients; may be repeated."),
    ] = None,
    author: Annotated[str, typer.Option(help="Who saves it.")] = OPERATOR_NAME,
    note: Annotated[str, typer.Option(help="What changed, and why.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="As a draft, if it is new.")] = False,
    base: Base = None,
) -> None:
    """Save a filter as the newest version of a segment.

    A dimension may be named as in the API: {"companySize": {"anyOf": ["P50_500"]}}.
    """
    from profilegraph.language.codec import decode_text
    from profilegraph.services.segments import service
    from profilegraph.services.segments.conditions import conditions

    text = file.read_text(encoding="utf-8")
    labels = _labels(zh, en, label or [])

    async def work(platform: Platform) -> SavedSegment:
        node = decode_text(text, await conditions(platform))
        state = SegmentState.DRAFT if draft else None
        command = service.SaveSegment(key, labels, node, note, state, base)
        return await service.save_segment(platform, command, operator_context(author))

    saved = run(work)
    out.print(f"{saved.key} is at version {saved.version}")


def _labels(zh: str | None, en: str | None, others: Sequence[str]) -> Labels:
    from pydantic import ValidationError

    from profilegraph.domain.values import Labels

    if not (zh or en or others):
        raise InvalidInput("a segment needs a label.", where="--zh, --en", hint="Give one of them.")
    named = (one.partition("=") for one in others)
    try:
        return Labels.model_validate(
            {"zh-CN": zh or None, "en": en or None, **{tag: text for tag, _, text in named}}
        )
    except ValidationError as fault:
        raise InvalidInput(
            f"{fault.errors()[0]['msg']}.", where="--label", hint="Write it as fr=Clients."
        ) from fault


@app.command()
def count(key: SegmentKey, now: Moment = None, at: AsOf = None) -> None:
    """Print how many members a segment has, or had."""
    from profilegraph.language.history import as_of
    from profilegraph.services.segments import broken, service

    when = as_of(at, now or present())

    async def work(platform: Platform) -> int:
        saved = await service.segment(platform, key, when)
        async with broken.reporting_broken(platform, key, saved.filter, when):
            return await service.count(platform, saved.filter, when)

    out.print(run(work), highlight=False)


@app.command()
def members(
    key: SegmentKey,
    locale: Locale,
    first: Annotated[int, typer.Option(min=1, max=MAX_PAGE, help="How many.")] = 20,
    now: Moment = None,
    at: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Print the keys and names of the first members, and how many there are."""
    from profilegraph.language.history import as_of
    from profilegraph.services.customers.profiles import names_of
    from profilegraph.services.segments import broken, service

    del locale
    when = as_of(at, now or present())

    async def work(platform: Platform) -> tuple[int, list[str], Mapping[str, str]]:
        node = (await service.segment(platform, key, when)).filter
        async with broken.reporting_broken(platform, key, node, when):
            page = await service.members(platform, node, when, first=first)
        many = await service.count(platform, node, when)
        keys = [position.key for position in page.positions]
        return many, keys, await names_of(platform, keys)

    many, keys, names = run(work)
    if as_json:
        listed = [{"key": one, "name": names.get(one)} for one in keys]
        show_json({"total": many, "members": listed})
        return
    for member in keys:
        out.print(named(member, names.get(member)), markup=False)
    out.print(f"{len(keys):,} of {counted(many, 'member')}")


@app.command()
def why(
    key: SegmentKey,
    customer: Annotated[str, typer.Argument(help="The customer's key.", show_default=False)],
    locale: Locale,
    now: Moment = None,
    at: AsOf = None,
) -> None:
    """Explain why a customer is a member, or is not."""
    from profilegraph.language.history import as_of
    from profilegraph.rendering.counterfactual import miss_line
    from profilegraph.services.segments import broken, explanations, service

    when = as_of(at, now or present())

    async def work(platform: Platform) -> tuple[Verdict, Catalogue, SavedFilters, Missing]:
        node = (await service.segment(platform, key, when)).filter
        async with broken.reporting_broken(platform, key, node, when):
            verdict = await service.explain_member(platform, node, customer, when)
        library = await service.library(platform, node, when)
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
    from profilegraph.language.codec import json_schema

    out.print(json.dumps(json_schema(), ensure_ascii=False, indent=2), markup=False)


def show_waterfall(
    saved: SavedSegment,
    fall: Waterfall,
    catalogue: Catalogue,
    locale: str,
    library: SavedFilters | None = None,
) -> None:
    """Print how many customers each condition of a segment kept and removed."""
    from profilegraph.language.saved_filters import NO_SEGMENTS
    from profilegraph.rendering.sentences import sentence

    kept = fall.steps[-1].kept if fall.steps else fall.total
    out.print(
        f"[bold]{escape(saved.labels.joined)}[/]: {kept:,} of {counted(fall.total, 'customer')}"
    )
    for condition, step in zip(fall.conditions, fall.steps, strict=True):
        text = sentence(condition, catalogue, locale, library or NO_SEGMENTS)
        out.print(f"  {step.kept:>9,} kept {step.removed:>9,} removed   {escape(text)}")


def _show_broken(saved: SavedSegment, found: Broken, locale: str) -> None:
    """Print why a segment cannot be asked, and what to do."""
    from profilegraph.rendering.faults import advice_line, fault_line

    out.print(f"[bold]{escape(saved.labels.joined)}[/]")
    for one in found.reasons:
        since = "" if one.since is None else f" ({one.since:%Y-%m-%d %H:%M})"
        out.print(
            f"[red]✗[/] {escape(f'{one.fault.place}: {fault_line(one.fault, locale)}{since}')}"
        )
        out.print(f"  {escape(advice_line(one.fault, locale))}")


_SHOWN = 5
"""How many records a condition is shown with."""


def _show_verdict(
    verdict: Verdict, catalogue: Catalogue, library: SavedFilters, locale: str, depth: int = 0
) -> None:
    from profilegraph.rendering.evidence import evidence_lines
    from profilegraph.rendering.sentences import sentence

    mark = "[green]✓[/]" if verdict.holds else "[red]✗[/]"
    text = sentence(verdict.node, catalogue, locale, library)
    out.print(f"{'  ' * depth}{mark} {escape(text)}")
    for line in evidence_lines(verdict, catalogue, locale, most=_SHOWN):
        out.print(f"{'  ' * (depth + 2)}{escape(line)}")
    for child in verdict.children:
        _show_verdict(child, catalogue, library, locale, depth + 1)
