"""Posts the members of a segment to an address, a page a message, signed."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput, PluginError
from profilegraph.hooks import Delivery, Destination, Page
from profilegraph.hooks.outgoing import Failure, SignedMessage, parse_target, post, private_allowed

SECRET = "PROFILEGRAPH_OUTBOX_SECRET"  # noqa: S105  (the name of the variable)
"""The variable that holds the secret: options are kept in the graph, and a secret must not be."""
PAUSES = (1.0, 5.0, 20.0)
"""Seconds between the attempts of one message."""


class WebhookOptions(BaseModel):
    """Where the messages go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(description="An https:// address of a public host.")


@dataclass(frozen=True)
class Webhook(Destination[WebhookOptions]):
    """Sends each page under an id that stays the same in every attempt: receivers take it once."""

    key: str = "webhook"
    labels: Labels = Labels(zh_cn="网络回调", en="Webhook")  # noqa: RUF009  (frozen)
    options: type[WebhookOptions] = WebhookOptions
    columns: tuple[str, ...] = ()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The clock that signatures are dated by: receivers refuse old ones."""
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def send(self, delivery: Delivery[WebhookOptions]) -> str:
        """Post all pages, one after the other; raises PluginError where one is not taken in the end.

        Raises InvalidInput where the address or the secret cannot be used, or the receiver is gone.
        """
        url, private = delivery.options.url, private_allowed()
        parse_target(url, private=private)
        secret = signing_secret()
        messages = 0
        async for page in delivery.pages():
            id_ = f"{delivery.id}.{page.number}"
            await self._deliver(
                SignedMessage(url, secret, id_, body_of(delivery, page)), private=private
            )
            messages += 1
        return f"{url}: {delivery.members} members in {messages} messages."

    async def _deliver(self, letter: SignedMessage, *, private: bool) -> None:
        failure = await post(letter, self.now(), private=private)
        for seconds in PAUSES:
            if failure is None:
                return
            _refuse_final(failure)
            await self.pause(seconds)
            failure = await post(letter, self.now(), private=private)
        if failure is not None:
            _refuse_final(failure)
            raise PluginError(
                f"the message {letter.id} was not taken: {failure.reason}.",
                hint="It is sent again under the same id.",
            )


def signing_secret() -> str:
    """Return what this deployment signs with; raises InvalidInput where it has nothing that can."""
    secret = os.environ.get(SECRET, "")
    try:
        Signer(secret)
    except (EmptyWebhookSecretError, ValueError) as fault:
        raise InvalidInput(
            "this deployment has no secret to sign messages with.",
            hint=f"Set {SECRET} where it is served: `whsec_` and base64, known to the receivers.",
        ) from fault
    return secret


def body_of(delivery: Delivery[Any], page: Page) -> str:
    """Return the text of one message, in JSON; the same page makes the same text."""
    body = {
        "type": "segment.delivery",
        "timestamp": delivery.at.isoformat(),
        "data": {
            "delivery": delivery.id,
            "segment": delivery.segment,
            "page": page.number,
            "members": delivery.members,
            "rows": list(page.rows),
        },
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=str)


def _refuse_final(failure: Failure) -> None:
    if failure.final:
        raise InvalidInput(f"the receiver wants no more: {failure.reason}.")
