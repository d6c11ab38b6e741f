"""Allowed addresses of webhooks: public ones, by HTTPS, pinned to the address that was checked.

A name is resolved once, all its addresses are checked, and the connection is made to one of them:
later changes of the name (DNS rebinding) have no effect.
"""

from __future__ import annotations

import asyncio
import re
import socket
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from profilegraph.errors import InvalidInput
from profilegraph.hooks.hosting.containment import start_thread

_HINT = "Give an https:// address of a public host, without a user or password in it."
_GLOBAL = IPv6Network("2000::/3")
"""All IPv6 addresses allocated for global use."""
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""The prefix for IPv4 addresses in networks with IPv6 only."""
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
"""A last label that resolvers read as an IPv4 address in another notation, such as 0x7f.1."""
_LONGEST_NAME = 253
_PORTS = range(1, 65_536)


def parse_target(text: str, *, private: bool) -> httpx.URL:
    """Return an allowed address, as far as can be checked without resolving it.

    With `private`, plain HTTP and private addresses are allowed. Raises InvalidInput.
    """
    try:
        url = httpx.URL(text)
        _ = url.host  # a name in another script is decoded only now
    except (httpx.InvalidURL, UnicodeError) as fault:
        raise InvalidInput(
            f"the address cannot be used: {fault}.", hint=_HINT, where="url"
        ) from fault
    schemes = ("https", "http") if private else ("https",)
    if url.scheme not in schemes or not url.host or url.userinfo or url.fragment:
        raise InvalidInput("the address cannot be used.", hint=_HINT, where="url")
    if url.port is not None and url.port not in _PORTS:
        raise InvalidInput(f"there is no port {url.port}.", hint=_HINT, where="url")
    try:
        address = ip_address(url.host)
    except ValueError:
        _require_name(_name(url))
        return url
    if not private and not is_public(address):
        raise InvalidInput("the address is not public.", hint=_HINT, where="url")
    return url


async def look_up(url: httpx.URL, *, private: bool) -> str:
    """Return the address to connect to.

    Raises InvalidInput if any of the name's addresses is not public, OSError if it has none.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    # In a thread of its own: a slow name server keeps nothing else waiting. By the name as it is in
    # the request: the system would encode one in another script otherwise, and find another host.
    ask = partial(socket.getaddrinfo, _name(url), port, type=socket.SOCK_STREAM)
    found = await asyncio.wrap_future(start_thread(ask, f"look up {_name(url)}"))
    addresses = [str(one[4][0]) for one in found]
    if not private and not all(is_public(ip_address(one)) for one in addresses):
        raise InvalidInput("the host has an address that is not public.", hint=_HINT, where="url")
    return addresses[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is public, also if it embeds another one."""
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    number = int(address)
    if address.ipv4_mapped is not None or address in _TRANSLATED:
        return is_public(IPv4Address(number & 0xFFFF_FFFF))
    # Tunnels to an IPv4 address that is in the number itself; nobody should use them any more.
    if address.sixtofour or address.teredo or (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        return False
    return address in _GLOBAL and address.is_global


def _name(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _require_name(name: str) -> None:
    """Raise InvalidInput unless a name is a valid host name."""
    labels = name.removesuffix(".").split(".")
    if len(name) > _LONGEST_NAME or not all(map(_LABEL.fullmatch, labels)):
        raise InvalidInput(
            f"no host can be called {name[:80]!r}: a name has labels of 1 to 63 letters, digits and"
            " hyphens.",
            hint=_HINT,
            where="url",
        )
    if _NUMBER.fullmatch(labels[-1]):
        raise InvalidInput("the address is a number.", hint=_HINT, where="url")
