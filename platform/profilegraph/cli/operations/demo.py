"""`profilegraph demo`: from nothing to segment answers on real purchases."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from profilegraph.cli.operations.serve import announce
from profilegraph.cli.segments.commands import show_waterfall
from profilegraph.cli.terminal.console import err, out
from profilegraph.cli.terminal.running import Locale, present

if TYPE_CHECKING:
    from profilegraph.config import Settings
    from profilegraph.services.platform import Address, Platform


ONCE = typer.Option("--once", help="Print, stop the database if it was not running, and end.")


def demo(locale: Locale, once: Annotated[bool, ONCE] = False) -> None:
    """Start Neo4j, import 23,570 real customers, compute RFM, answer segments, and serve."""
    import uvloop

    from profilegraph.cli.terminal.server_progress import ServerProgress
    from profilegraph.config import load_settings
    from profilegraph.embedded import server
    from profilegraph.services.platform import locate

    settings = load_settings(currency="USD")
    was_running = settings.neo4j_uri is not None or server.status(settings) is not None
    try:
        address = locate(settings, ServerProgress())
        uvloop.run(_demo(settings, address, locale, once=once))
    finally:
        if once and not was_running:
            server.stop(settings)


async def _demo(settings: Settings, address: Address, locale: str, *, once: bool) -> None:
    from profilegraph.services.operations import demo as story
    from profilegraph.services.platform import open_platform
    from profilegraph.web import service
    from profilegraph.web.operations.logs import configure_logging

    began = time.perf_counter()
    # Whoever tries the platform for the first time may do so on a machine that is busy.
    async with open_platform(settings, address, present(), patient=True) as platform:
        out.print(f"Neo4j is ready at {platform.database.address}")
        await _print_answers(platform, locale)
        key = await story.renew_key(platform, present())
        out.print(f"\n{time.perf_counter() - began:.0f} s from a running database to answers")
    if once:
        out.print(f"API key   {key}")
        out.print("`make serve` serves what is loaded.")
        return
    configure_logging(sys.stderr)
    async with open_platform(settings, address, present(), indexed=True) as platform:
        await service.serve(platform, present, lambda address: announce(address, key))


async def _print_answers(platform: Platform, locale: str) -> None:
    from profilegraph.cli.plugins.model import show_run
    from profilegraph.services.operations import demo as story

    with err.status("Importing the purchases of CDNOW …"):
        async for kind, report in story.import_purchases(platform, present()):
            note = " (imported before)" if report.finished_before else ""
            out.print(f"  {kind}: {report.read:,} rows read, {report.rejected:,} rejected{note}")
    totals = await story.totals(platform)
    out.print(
        f"[bold]{totals.customers:,} customers[/], [bold]{totals.purchases:,} purchases[/],"
        f" [bold]{totals.spent:,.2f} dollars[/]"
        f" from {totals.first:%Y-%m-%d} to {totals.last:%Y-%m-%d}"
    )
    with err.status("Computing RFM and lifecycle …"):
        runs = await story.run_models(platform, totals.last)
    catalogue = await platform.catalogue()
    for run in runs:
        out.print()
        show_run(run, catalogue, locale)
    for answer in await story.answer_segments(platform, totals.last, present()):
        out.print()
        show_waterfall(answer.segment, answer.waterfall, catalogue, locale)
