"""Webhooks of live segments: save, list and delete."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_bytes

from profilegraph.domain.audit import AuditTargets
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.webhooks import WEBHOOK, Webhook
from profilegraph.errors import Conflict, NotFound
from profilegraph.hooks.outgoing.addresses import parse_target
from profilegraph.services.commands import ChangeCommand, run_command
from profilegraph.services.platform import Platform
from profilegraph.services.segments.rules import require_editor, require_found
from profilegraph.services.segments.service import segment_key
from profilegraph.storage import webhooks as storage
from profilegraph.storage.neo4j.database import Transaction
from profilegraph.storage.outbox import begin_again
from profilegraph.storage.segments.references import lock

_SECRET_BYTES = 24


@dataclass(frozen=True)
class SavedWebhook:
    """A webhook as it is now, and the secret of a new one: it is told this once."""

    webhook: Webhook
    secret: str | None


@dataclass(frozen=True)
class SaveWebhook(ChangeCommand):
    """An address that is to be told of a live segment's moves."""

    key: str
    segment: str
    url: str

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(webhook=self.key, segment=self.segment)


@dataclass(frozen=True)
class DeleteWebhook(ChangeCommand):
    """A webhook that is to be told no more."""

    key: str

    @property
    def targets(self) -> AuditTargets:
        """Return what the audit log names of the command."""
        return AuditTargets.of(webhook=self.key)


async def save_webhook(
    platform: Platform,
    command: SaveWebhook,
    context: CommandContext,
    random_bytes: Callable[[int], bytes] = token_bytes,
) -> SavedWebhook:
    """Return a webhook after it is told of a live segment's moves from now on.

    One that is there already is sent to the new address, keeps its secret and goes on where it was.
    Raises InvalidInput where the address cannot be used, Forbidden, NotFound, and Conflict where
    the segment is not live or the key is that of another segment's webhook.
    """
    key, segment, url = segment_key(command.key), command.segment, command.url
    parse_target(url, private=platform.settings.webhook_private)
    secret = f"whsec_{b64encode(random_bytes(_SECRET_BYTES)).decode()}"

    async def work(transaction: Transaction) -> bool:
        head = require_found(await lock(transaction, [segment]), segment)
        require_editor(head, context.actor)
        row = await storage.save_webhook(transaction, key, segment, url, secret, context.now)
        if row is None:
            raise Conflict(f"the segment {segment!r} is not live.", hint="Use `setSegmentLive`.")
        if row["others"]:
            raise Conflict(
                f"the webhook {key!r} is that of another segment.", hint="Give another key."
            )
        await begin_again(transaction, WEBHOOK, key, context.now)
        new: bool = row["new"]
        return new

    new = await run_command(platform, command, context, work)
    saved = await webhook(platform, key)
    return SavedWebhook(saved, saved.secret if new else None)


async def delete_webhook(
    platform: Platform, command: DeleteWebhook, context: CommandContext
) -> None:
    """Have a webhook told no more; raises Forbidden, NotFound."""
    hook = await webhook(platform, command.key)

    async def work(transaction: Transaction) -> None:
        head = require_found(await lock(transaction, [hook.segment]), hook.segment)
        require_editor(head, context.actor)
        await storage.delete_webhook(transaction, command.key)

    await run_command(platform, command, context, work)


async def webhooks(platform: Platform, segments: Sequence[str]) -> Mapping[str, Sequence[Webhook]]:
    """Return the webhooks of each segment, by the segment's key."""
    all_ = await storage.read_webhooks(platform.database, segments=segments)
    return {key: [one for one in all_ if one.segment == key] for key in segments}


async def all_webhooks(platform: Platform) -> Sequence[Webhook]:
    """Return the webhooks of all segments, by their keys."""
    return await storage.read_webhooks(platform.database)


async def webhook(platform: Platform, key: str) -> Webhook:
    """Return a webhook by its key; raises NotFound."""
    known = await storage.read_webhooks(platform.database, keys=[key])
    if not known:
        raise NotFound(f"no webhook has the key {key!r}.")
    return known[0]
