"""The outbox as a plugin: lists for mails and text messages, webhooks, and a journal of changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from profilegraph.domain.values import Labels
from profilegraph.hooks import Destination, MembershipChanged, TagsChanged, hookimpl
from profilegraph_outbox import journal
from profilegraph_outbox.lists import AddressList, ListOptions
from profilegraph_outbox.webhook import Webhook, WebhookOptions

__all__ = [
    "AddressList",
    "ListOptions",
    "Webhook",
    "WebhookOptions",
    "on_membership_changed",
    "on_tags_changed",
    "register_destinations",
]


@hookimpl
def register_destinations() -> Sequence[Destination[Any]]:
    """Return `edm_list`, `sms_list` and `webhook`."""
    return [
        AddressList(),
        AddressList("sms_list", Labels(zh_cn="短信名单", en="SMS list"), "identity:phone"),
        Webhook(),
    ]


@hookimpl
def on_membership_changed(change: MembershipChanged) -> None:
    """Keep who entered and left a live segment."""
    journal.note(journal.MEMBERSHIP, change)


@hookimpl
def on_tags_changed(change: TagsChanged) -> None:
    """Keep who was given tags and who lost them."""
    journal.note(journal.TAGS, change)
