"""Secrets of keys, sessions and sign-in links: 256 random bits, stored as a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeAlias

RandomBytes: TypeAlias = Callable[[int], bytes]
_SECRET_BYTES = 32
_ID_BYTES = 6


def new_secret(random_bytes: RandomBytes, prefix: str = "") -> str:
    """Return a secret of 256 random bits in hexadecimal digits."""
    return prefix + random_bytes(_SECRET_BYTES).hex()


def new_id(random_bytes: RandomBytes) -> str:
    """Return a random id, which is no secret."""
    return random_bytes(_ID_BYTES).hex()


def hash_of(secret: str) -> str:
    """Return what is stored of a secret."""
    # The secret is 256 random bits, so a plain fast hash cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()
