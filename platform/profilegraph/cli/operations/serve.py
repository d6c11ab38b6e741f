"""`profilegraph serve`: the API, until it is interrupted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.running import present

if TYPE_CHECKING:
    from profilegraph.config import Settings
    from profilegraph.services.platform import Address


def serve() -> None:
    """Serve the GraphQL API and GraphiQL; the log goes to standard error."""
    import uvloop

    from profilegraph.cli.terminal.server_progress import ServerProgress
    from profilegraph.config import load_settings
    from profilegraph.services.platform import locate
    from profilegraph.web.operations.logs import configure_logging

    configure_logging(sys.stderr)
    settings = load_settings()
    address = locate(settings, ServerProgress())
    uvloop.run(_serve(settings, address))


async def _serve(settings: Settings, address: Address) -> None:
    from profilegraph.services.platform import open_platform
    from profilegraph.web import service

    async with open_platform(settings, address, present(), indexed=True) as platform:
        await service.serve(platform, present, announce)


def announce(address: str, key: str = "pg_…") -> None:
    """Print where the API is, and how to send a key."""
    out.print(f"GraphQL   {address}/graphql   (Authorization: Bearer {key})")
    out.print(f"GraphiQL  {address}/graphiql")
