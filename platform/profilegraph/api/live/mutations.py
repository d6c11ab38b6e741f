"""What can be changed about live segments."""

from __future__ import annotations

from typing import Annotated

import strawberry

from profilegraph.api.live.types import Webhook
from profilegraph.api.runtime.context import ApiContext, Info
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, request_key
from profilegraph.api.runtime.ids import encode_id
from profilegraph.api.segments.saved_segment import Segment
from profilegraph.domain.limits import HOURLY
from profilegraph.services.live import service as watching
from profilegraph.services.segments.rules import CommandContext
from profilegraph.services.webhooks import service

WebhookKey = Annotated[str, strawberry.argument(description="Business key of the webhook.")]


@strawberry.type(description="A webhook after it was saved.")
class SavedWebhook:
    """A webhook after it was saved."""

    webhook: Webhook = strawberry.field(description="The webhook.")
    secret: str | None = strawberry.field(
        description="By what the receiver checks signatures; only told when the webhook is new."
    )


@strawberry.type(description="What can be changed about live segments.")
class LiveMutation:
    """What can be changed about live segments."""

    @field(
        "Has a segment evaluated when something changes, by schedule, both, or with neither no more."
        " Its members at the first time are where its history begins: they have not entered it."
    )
    async def set_segment_live(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Business key of the segment.")],
        on_change: Annotated[
            bool,
            strawberry.argument(description="Whether changed customers are evaluated at once."),
        ] = True,
        schedule: Annotated[
            str | None,
            strawberry.argument(
                description="When all are, as time alone moves customers too: minute, hour, day,"
                " month and named weekday in the deployment's time zone, such as `0 3 * * mon-fri`."
            ),
        ] = HOURLY,
        idempotency_key: IdempotencyKey = None,
    ) -> Segment:
        """Return the segment."""
        context = info.context
        act = _act(context, idempotency_key)
        found = await watching.set_live(
            context.platform, key, on_change=on_change, schedule=schedule, act=act
        )
        return Segment.of(found)

    @field(
        "Has the moves of a live segment sent to an address from now on, signed as the Standard"
        " Webhooks specification says. A webhook of the same key is sent to the new address, keeps"
        " its secret and goes on where it was, also where its receiver had been given up."
    )
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
        """Return the webhook, and the secret of a new one."""
        act = _act(info.context, idempotency_key)
        saved = await service.save_webhook(info.context.platform, key, segment, url, act)
        return SavedWebhook(webhook=Webhook.of(saved.webhook), secret=saved.secret)

    @field("Has a webhook told no more. Answers with the global id that it had.")
    async def delete_webhook(
        self, info: Info, key: WebhookKey, idempotency_key: IdempotencyKey = None
    ) -> strawberry.ID:
        """Return the id of the deleted webhook."""
        act = _act(info.context, idempotency_key)
        await service.delete_webhook(info.context.platform, key, act)
        return encode_id(Webhook.__name__, key)


def _act(context: ApiContext, idempotency_key: str | None) -> CommandContext:
    return CommandContext(context.viewer.name, context.now, request_key(context, idempotency_key))
