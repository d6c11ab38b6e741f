"""Mutations on live segments."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.live.types import Webhook
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.ids import encode_id
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.segments.saved_segment import Segment
from profilegraph.domain.access import Permission
from profilegraph.domain.limits import HOURLY
from profilegraph.services.live import service as watching
from profilegraph.services.live.service import SetSegmentLive
from profilegraph.services.webhooks import service
from profilegraph.services.webhooks.service import DeleteWebhook, SaveWebhook

WebhookKey = Annotated[str, strawberry.argument(description="Business key of the webhook.")]


@object_type
class SavedWebhook:
    """A webhook after it was saved."""

    webhook: Webhook = strawberry.field(description="The webhook.")
    secret: str | None = strawberry.field(
        description="By what the receiver checks signatures; only told when the webhook is new."
    )


@object_type
class LiveMutation:
    """Mutations on live segments."""

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def set_segment_live(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Business key of the segment.")],
        on_change: Annotated[
            bool,
            strawberry.argument(description="Whether changed customers are evaluated immediately."),
        ] = True,
        schedule: Annotated[
            str | None,
            strawberry.argument(
                description=(
                    "When all customers are evaluated, because time alone moves customers, too: minute, "
                    "hour, day, month and named weekday in the deployment's time zone, such as `0 3 * * "
                    "mon-fri`."
                )
            ),
        ] = HOURLY,
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Sets when a segment is evaluated: on changes, by schedule, or both.

        With neither, it is no longer live. Its first members are the start of its history: they
        have not entered it.
        """
        context = info.context
        command = SetSegmentLive(key, on_change, schedule)
        requester = command_context(context, idempotency_key)
        found = await watching.set_live(context.platform, command, requester)
        return Segment.of(found)

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def save_webhook(
        self,
        info: Info,
        key: WebhookKey,
        segment: Annotated[str, strawberry.argument(description="Business key of the segment.")],
        url: Annotated[
            str, strawberry.argument(description="The address: https, and of a public host.")
        ],
        idempotency_key: IdempotencyKey = None,
    ) -> SavedWebhook:
        """Has the moves of a live segment sent to an address from now on.

        They are signed as the Standard Webhooks specification says. A webhook of the same key
        is sent to the new address, keeps its secret and goes on where it was, also where its
        receiver had been given up.
        """
        command = SaveWebhook(key, segment, url)
        requester = command_context(info.context, idempotency_key)
        saved = await service.save_webhook(info.context.platform, command, requester)
        return SavedWebhook(webhook=Webhook.of(saved.webhook), secret=saved.secret)

    @field
    @requires(Permission.SEGMENTS_WRITE)
    async def delete_webhook(
        self, info: Info, key: WebhookKey, idempotency_key: IdempotencyKey = None
    ) -> strawberry.ID:
        """Has a webhook told no more.

        Answers with the global id that it had.
        """
        requester = command_context(info.context, idempotency_key)
        await service.delete_webhook(info.context.platform, DeleteWebhook(key), requester)
        return encode_id(Webhook.__name__, key)
