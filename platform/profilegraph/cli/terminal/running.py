"""Runs the work of commands on the platform, and reads the clock and the locale."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import err
from profilegraph.errors import InvalidInput

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from profilegraph.domain.notices import Notices
    from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker
    from profilegraph.services.platform import Platform


T = TypeVar("T")

LOCALE = typer.Option(
    "--locale",
    default_factory=lambda: os.environ.get("LC_ALL") or os.environ.get("LANG") or "en",
    show_default="of the environment",
    help="Language of labels and sentences, such as zh-CN or en.",
)
Locale = Annotated[str, LOCALE]
Moment = Annotated[
    datetime | None,
    typer.Option(
        "--now",
        parser=lambda text: parse_moment(text),
        metavar="MOMENT",
        show_default="the present",
        help="As of which moment, such as 2026-01-31 or 2026-01-31T09:00:00+08:00.",
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        parser=lambda text: parse_moment(text),
        metavar="MOMENT",
        show_default="now",
        help="Answer as it was at an earlier moment, such as 2026-01-31.",
    ),
]


def present() -> datetime:
    """Return the present moment, UTC; only commands read the clock."""
    return datetime.now(UTC)


def run(work: Callable[[Platform], Awaitable[T]]) -> T:
    """Return what `work` returns for the platform of the environment's settings."""
    import asyncio

    from profilegraph.cli.terminal.server_progress import ServerProgress
    from profilegraph.config import load_settings
    from profilegraph.rendering.notices import notice_line
    from profilegraph.services.platform import locate, open_platform

    settings = load_settings()
    address = locate(settings, ServerProgress())

    async def opened() -> T:
        notices: Notices = {}
        async with open_platform(settings, address, present()) as platform:
            result = await work(replace(platform, notices=notices))
        show_troubles(platform.host.guard)
        for one in filter(None, notices.values()):
            err.print(f"[bold yellow]{one.code.value}[/] {notice_line(one, 'en')}")
        return result

    return asyncio.run(opened())


def show_troubles(guard: CircuitBreaker) -> None:
    """Print what plugins failed at while a command went on without them."""
    for one in guard.troubles:
        err.print(f"[bold yellow]PLUGIN[/] {escape(f'{one.part}: {one.reason}')}")


def parse_moment(text: str | datetime) -> datetime:
    """Return the moment that a text names; without a time zone it is in the deployment's.

    Raises InvalidInput.
    """
    if isinstance(text, datetime):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not a moment.",
            hint="Write it as 2026-01-31T09:00:00+08:00.",
            where="--now",
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=kept_zone())).astimezone(UTC)


def kept_zone() -> ZoneInfo:
    """Return the time zone of the deployment, as its graph keeps it, or will from its first start."""
    import asyncio

    from profilegraph.cli.terminal.server_progress import ServerProgress
    from profilegraph.config import load_settings
    from profilegraph.services.operations.schema import deployment_at
    from profilegraph.services.platform import locate

    settings = load_settings()
    return asyncio.run(deployment_at(settings, locate(settings, ServerProgress()))).zone
