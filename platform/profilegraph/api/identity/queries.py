"""Queries on API keys and sessions, for administrators."""

from __future__ import annotations

from profilegraph.api.identity.types import ApiKey, BrowserSession
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import list_field
from profilegraph.api.runtime.permissions import requires
from profilegraph.domain.access import Permission
from profilegraph.services.identity import keys, sessions


@object_type
class IdentityQuery:
    """Queries on API keys and sessions, for administrators."""

    @list_field
    @requires(Permission.ADMINISTER)
    async def api_keys(self, info: Info) -> list[ApiKey]:
        """All API keys, the oldest first, including those that have ended. Only for administrators."""
        context = info.context
        found = await keys.keys(context.platform, context.viewer.actor)
        return [ApiKey.of(one) for one in found]

    @list_field
    @requires(Permission.ADMINISTER)
    async def browser_sessions(self, info: Info) -> list[BrowserSession]:
        """The sessions of browsers that have not ended, the oldest first. Only for administrators."""
        context = info.context
        found = await sessions.sessions(context.platform, context.viewer.actor, context.now)
        return [BrowserSession.of(one) for one in found]
