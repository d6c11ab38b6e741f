"""Where webhooks may go: to public addresses, by HTTPS, and to the address that was looked at.

A name is looked up once, all its addresses are looked at, and the connection is made to one of
these: what the name says a moment later does not matter.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpx

from profilegraph.errors import InvalidInput

_HINT = "Give an https:// address of a public host, without a user or password in it."
_TRANSLATED = IPv6Network("64:ff9b::/96")


def parse_target(text: str, *, private: bool) -> httpx.URL:
    """Return an address that webhooks may be sent to as far as can be told without looking it up.

    With `private`, plain HTTP and addresses that are not public are good too. Raises InvalidInput.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as fault:
        raise InvalidInput(
            f"the address cannot be used: {fault}.", hint=_HINT, where="url"
        ) from fault
    schemes = ("https", "http") if private else ("https",)
    if url.scheme not in schemes or not url.host or url.userinfo or url.fragment:
        raise InvalidInput("the address cannot be used.", hint=_HINT, where="url")
    try:
        address = ip_address(url.host)
    except ValueError:
        return url  # a name
    if not private and not is_public(address):
        raise InvalidInput("the address is not public.", hint=_HINT, where="url")
    return url


async def look_up(url: httpx.URL, *, private: bool) -> str:
    """Return the address to connect to.

    Raises InvalidInput where any of the name's addresses is not public, OSError where it has none.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not private and not all(is_public(ip_address(one)) for one in addresses):
        raise InvalidInput("the host has an address that is not public.", hint=_HINT, where="url")
    return addresses[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is anybody's on the internet, also where it hides another one."""
    if isinstance(address, IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            hidden = IPv4Address(int(address) & 0xFFFF_FFFF)
        if address.teredo is not None:
            hidden = address.teredo[1]
        if hidden is not None:
            return is_public(hidden)
    return address.is_global and not address.is_multicast
