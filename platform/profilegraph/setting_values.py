"""Checks of the values that settings are given: of addresses, zones, countries and pairs."""

from __future__ import annotations

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Host names of this machine."""


def known_region(code: str) -> str:
    """Return a country that has phone numbers; raises ValueError for what is none."""
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{code!r} is no country that has phone numbers; such as CN, US, DE")
    return code


def known_zone(name: str) -> str:
    """Return the name of a time zone; raises ValueError for what is none."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise ValueError(
            f"no time zone is called {name!r}; use a name such as Asia/Shanghai"
        ) from fault
    return name


def origins(given: object) -> object:
    """Return the origins of a text with commas between; raises ValueError for what is none."""
    if not isinstance(given, str):
        return given
    found = tuple(one.strip() for one in given.split(",") if one.strip())
    for one in found:
        parts = urlsplit(one)
        if (
            parts.scheme not in ("http", "https")
            or one != f"{parts.scheme}://{parts.netloc}".lower()
        ):
            raise ValueError(
                f"{one!r} is not the origin of a web site; write scheme, name and port alone,"
                " such as https://crm.example.com or http://localhost:5173"
            )
    return found


def site(given: str | None) -> str | None:
    """Return the address of a web site without a path; raises ValueError for what is none."""
    if given is None:
        return None
    found = origins(given.removesuffix("/"))
    if not isinstance(found, tuple) or len(found) != 1:
        raise ValueError("give one address, such as https://crm.example.com")
    return str(found[0])


def issuer(given: str | None) -> str | None:
    """Return the address of an identity provider; raises ValueError unless it is HTTPS."""
    if given is None:
        return None
    parts = urlsplit(given)
    near = parts.hostname in LOOPBACK
    if not parts.netloc or parts.query or parts.fragment or parts.username:
        raise ValueError("give the issuer's address, such as https://login.example.com/realms/ours")
    if parts.scheme != "https" and not (near and parts.scheme == "http"):
        raise ValueError("an identity provider is asked by HTTPS alone, except on this machine")
    return given


def pairs(given: object) -> object:
    """Return the pairs of a text such as `a=b,c=d`; raises ValueError for what is none."""
    if not isinstance(given, str):
        return given
    found = []
    for one in filter(None, (part.strip() for part in given.split(","))):
        left, sign, right = one.rpartition("=")
        if not (left and sign and right):
            raise ValueError(f"{one!r} is not a value, an equals sign and a role")
        found.append((left.strip(), right.strip()))
    return tuple(found)
