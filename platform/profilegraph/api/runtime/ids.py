"""Relay's global ids: a type's name, a business key, and what else distinguishes objects with that key."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import datetime

import strawberry
from pydantic import TypeAdapter

from profilegraph.api.runtime.definitions import interface_type
from profilegraph.api.runtime.fields import field
from profilegraph.domain.values import Moment
from profilegraph.errors import InvalidInput

# No business key has a line break in it: what stands behind one is no part of the key.
_PARTS = re.compile(
    r"(?P<kind>\w+):(?P<key>[^\n]+)(?:\nversion=(?P<version>\d{1,9}))?(?:\nasOf=(?P<as_of>\S+))?"
    r"(?:\nnow=(?P<now>\S+))?",
    re.ASCII,
)


_MOMENTS = TypeAdapter[datetime](Moment)


@dataclass(frozen=True)
class GlobalId:
    """The content of an id: two objects with one id answer every field alike."""

    kind: str
    """Name of the type."""
    key: str
    version: int | None = None
    """Number of a fixed version; None for the newest."""
    as_of: datetime | None = None
    """The past moment as of which the object answers; None for now."""
    now: datetime | None = None
    """The moment that replaces the present; None for the present."""

    def text(self) -> strawberry.ID:
        """Return the id in its encoded form."""
        version = "" if self.version is None else f"\nversion={self.version}"
        as_of = "" if self.as_of is None else f"\nasOf={self.as_of.isoformat()}"
        now = "" if self.now is None else f"\nnow={self.now.isoformat()}"
        return strawberry.ID(encode_text(f"{self.kind}:{self.key}{version}{as_of}{now}"))


def encode_id(kind: str, key: str) -> strawberry.ID:
    """Return the global id of an object that is identified by its type and key."""
    return GlobalId(kind, key).text()


def decode_id(text: str) -> GlobalId:
    """Return the content of a global id; raises InvalidInput."""
    try:
        found = _PARTS.fullmatch(decode_text(text))
        as_of, now = (
            found and found[name] and _MOMENTS.validate_python(found[name])
            for name in ("as_of", "now")
        )
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(
            "this is no id of the API.", where="id", hint="Pass on an `id` as it came."
        )
    version = found["version"]
    return GlobalId(
        kind=found["kind"],
        key=found["key"],
        version=None if version is None else int(version),
        as_of=as_of or None,
        now=now or None,
    )


def encode_text(text: str) -> str:
    """Return a text as URL-safe Base64 without padding."""
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_text(text: str) -> str:
    """Return the text of a URL-safe Base64 text without padding; raises ValueError."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except Base64Error as fault:
        raise ValueError("not Base64") from fault


@interface_type
class Node:
    """An object that has an id of its own."""

    key: str = strawberry.field(
        description="The business key: chosen by whoever saved the object, unique within its type."
    )

    @field
    def id(self) -> strawberry.ID:
        """An opaque global id, unique within the whole API."""
        return encode_id(type(self).__name__, self.key)
