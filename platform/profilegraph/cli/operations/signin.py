"""`profilegraph signin`: links by which employees sign in, and the sessions of their browsers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from profilegraph.cli.terminal.console import err, out
from profilegraph.cli.terminal.listing import AsJson, counted, show_json, show_rows
from profilegraph.cli.terminal.operator import operator_context
from profilegraph.cli.terminal.running import present, run

if TYPE_CHECKING:
    from profilegraph.config import Settings
    from profilegraph.domain.identity import BrowserSession
    from profilegraph.services.platform import Platform


app = typer.Typer(
    help="Sign-in of employees with a browser: links, sessions.", no_args_is_help=True
)


@app.command()
def link(
    employee: Annotated[str, typer.Option(help="Key of the employee.", show_default=False)],
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="Minutes until it expires.")] = 15,
) -> None:
    """Make a link by which an employee signs in, once, and print it."""
    from profilegraph.services.identity.sessions import CreateSignInLink, create_link

    async def work(platform: Platform) -> str:
        secret = await create_link(
            platform, CreateSignInLink(employee, minutes), operator_context()
        )
        return f"{_address(platform.settings)}/signin/{secret}"

    out.print(run(work), markup=False)
    err.print(f"It signs in whoever opens it first, within {counted(minutes, 'minute')}.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the sessions of browsers that have not ended."""
    from profilegraph.domain.duties import OPERATOR
    from profilegraph.services.identity.sessions import sessions

    now = present()

    async def work(platform: Platform) -> Sequence[BrowserSession]:
        return await sessions(platform, OPERATOR, now)

    found = run(work)
    if as_json:
        show_json([asdict(one) for one in found])
        return
    show_rows(
        ("id", "employee", "roles", "by", "began", "seen", "until"),
        (
            (
                one.id,
                one.employee,
                ", ".join(one.roles),
                one.provider or "link",
                f"{one.created_at:%Y-%m-%d %H:%M}",
                f"{one.seen_at:%Y-%m-%d %H:%M}",
                f"{one.expires_at:%Y-%m-%d %H:%M}",
            )
            for one in found
        ),
    )


@app.command()
def end(
    id: Annotated[  # noqa: A002
        str | None, typer.Argument(help="Id of the session, as `list` shows it.")
    ] = None,
    employee: Annotated[
        str | None, typer.Option(help="Key of an employee, all of whose sessions end, instead.")
    ] = None,
) -> None:
    """End a session, or all of an employee; running servers follow within seconds."""
    from profilegraph.services.identity.sessions import EndSessions, end_sessions

    async def work(platform: Platform) -> int:
        return await end_sessions(platform, EndSessions(id, employee), operator_context())

    out.print(escape(f"{counted(run(work), 'session')} ended"))


def _address(settings: Settings) -> str:
    return settings.public_url or f"http://{settings.host}:{settings.port}"
