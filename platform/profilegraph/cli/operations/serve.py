"""`profilegraph serve`: the API, until it is interrupted."""

from __future__ import annotations

import sys

import uvloop

from profilegraph.cli.terminal.console import out
from profilegraph.cli.terminal.running import present
from profilegraph.cli.terminal.server_progress import ServerProgress
from profilegraph.config import Settings, load_settings
from profilegraph.services.platform import Address, locate, open_platform
from profilegraph.web import service
from profilegraph.web.operations.logs import configure_logging


def serve() -> None:
    """Serve the GraphQL API and GraphiQL; the log goes to standard error."""
    configure_logging(sys.stderr)
    settings = load_settings()
    address = locate(settings, ServerProgress())
    uvloop.run(_serve(settings, address))


async def _serve(settings: Settings, address: Address) -> None:
    async with open_platform(settings, address, present(), indexed=True) as platform:
        await service.serve(platform, present, announce)


def announce(address: str, key: str = "pg_…") -> None:
    """Print where the API is, and how to send a key."""
    out.print(f"GraphQL   {address}/graphql   (Authorization: Bearer {key})")
    out.print(f"GraphiQL  {address}/graphiql")
