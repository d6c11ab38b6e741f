"""Signed messages according to the Standard Webhooks specification."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from standardwebhooks import Webhook as Signer

from profilegraph.config import load_settings
from profilegraph.errors import InvalidInput
from profilegraph.hooks.outgoing.addresses import look_up, parse_target

SECONDS = 15.0
"""The deadline of a receiver."""
_GONE = 410


@dataclass(frozen=True)
class SignedMessage:
    """One message: its address, the secret of its signature, and its id for deduplication."""

    url: str
    secret: str = field(repr=False)
    id: str
    body: str


@dataclass(frozen=True)
class Failure:
    """Why a message was not accepted, and whether the receiver wants no more."""

    reason: str
    final: bool = False


async def post(message: SignedMessage, now: datetime, *, private: bool) -> Failure | None:
    """Post a message and return why it was not accepted; None if it was.

    With `private`, plain HTTP and private addresses are allowed.
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await _post(message, now, private=private)
    except TimeoutError:
        return Failure(f"no answer within {SECONDS:g} s")
    except InvalidInput as error:
        return Failure(error.message)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, OverflowError) as fault:
        # Whoever gives the address and the answer must not be able to end who sends.
        return Failure(f"{type(fault).__name__}: {fault}"[:200])


def private_allowed() -> bool:
    """Return whether this deployment allows messages to private addresses."""
    return load_settings().webhook_private


async def _post(message: SignedMessage, now: datetime, *, private: bool) -> Failure | None:
    url = parse_target(message.url, private=private)
    address = await look_up(url, private=private)
    headers = {
        "Host": url.netloc.decode("ascii"),
        "Content-Type": "application/json",
        "User-Agent": "profilegraph",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(message.secret).sign(message.id, now, message.body),
    }
    # A redirection is not followed, and neither proxies nor cookies of the environment count.
    async with (
        httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client,
        client.stream(
            "POST",
            url.copy_with(host=address),
            content=message.body.encode(),
            headers=headers,
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        ) as response,
    ):
        # The body is not read: it may be of any size.
        if response.is_success:
            return None
        status = response.status_code
        return Failure(f"HTTP {status}", final=status == _GONE)
