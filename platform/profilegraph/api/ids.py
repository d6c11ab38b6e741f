"""Relay's global ids: a type's name and a business key in one opaque text."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

import strawberry

from profilegraph.api.fields import field
from profilegraph.errors import InvalidInput


def encode_id(kind: str, key: str) -> strawberry.ID:
    """Return the global id of an object."""
    return strawberry.ID(encode_text(f"{kind}:{key}"))


def decode_id(text: str) -> tuple[str, str]:
    """Return the type's name and the business key of a global id; raises InvalidInput."""
    try:
        kind, colon, key = decode_text(text).partition(":")
    except ValueError:
        colon = ""
    if not colon:
        raise InvalidInput(
            "this is no id of the API.", where="id", hint="Pass on an `id` as it came."
        )
    return kind, key


def encode_text(text: str) -> str:
    """Return a text as URL-safe Base64 without padding."""
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_text(text: str) -> str:
    """Return what a URL-safe Base64 text without padding stands for; raises ValueError."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except Base64Error as fault:
        raise ValueError("not Base64") from fault


@strawberry.interface(description="An object that has an id of its own.")
class Node:
    """An object that is found again by its global id."""

    key: str = strawberry.field(
        description="The business key: chosen by whoever saved the object, unique within its type."
    )

    @field("The global id, unique within the whole API. Do not look inside.")
    def id(self) -> strawberry.ID:
        """Return the global id."""
        return encode_id(type(self).__name__, self.key)
