"""All kinds of outbox items."""

from __future__ import annotations

from profilegraph.services.destinations.sending import delivery_kind
from profilegraph.services.outbox.kind import OutboxKind
from profilegraph.services.platform import Platform
from profilegraph.services.webhooks.sending import MessageSender, webhook_kind


def outbox_kinds(platform: Platform) -> tuple[OutboxKind, ...]:
    """Return all kinds of outbox items."""
    post = MessageSender(private=platform.settings.webhook_private)
    return webhook_kind(platform, post), delivery_kind(platform)
