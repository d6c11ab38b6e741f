"""How commands reach the platform, and what they read of the world outside: clock and locale."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer
from rich.markup import escape

from profilegraph.cli.console import err
from profilegraph.cli.server_progress import ServerProgress
from profilegraph.config import load_settings
from profilegraph.errors import InvalidInput
from profilegraph.hooks.guard import Guard
from profilegraph.services.platform import Platform, locate, open_platform

T = TypeVar("T")

LOCALE = typer.Option(
    "--locale",
    default_factory=lambda: os.environ.get("LC_ALL") or os.environ.get("LANG") or "en",
    show_default="of the environment",
    help="Language of labels and sentences: zh-CN or en.",
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
    settings = load_settings()
    address = locate(settings, ServerProgress())

    async def opened() -> T:
        async with open_platform(settings, address, present()) as platform:
            result = await work(platform)
        show_troubles(platform.host.guard)
        return result

    return asyncio.run(opened())


def show_troubles(guard: Guard) -> None:
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
    return (moment if moment.tzinfo else moment.replace(tzinfo=load_settings().zone)).astimezone(
        UTC
    )
