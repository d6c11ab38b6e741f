"""What a connection shows: an API key or a token in its header, or the cookie of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from profilegraph.domain.identity import AuthenticationMethod
from profilegraph.errors import CrossSiteRequest
from profilegraph.services.identity.keys import PREFIX
from profilegraph.setting_values import LOOPBACK

SECURE_COOKIE = "__Host-profilegraph"
"""Browsers take it from this host alone, by HTTPS."""
PLAIN_COOKIE = "profilegraph"
"""For plain HTTP on one machine, where browsers take no cookie of the other name."""
_SECURE = ("https", "wss")


@dataclass(frozen=True)
class Credential:
    """What somebody shows to say who they are."""

    method: AuthenticationMethod
    secret: str = field(repr=False)
    address: str = field(default="", compare=False)
    """Where it comes from: the IP address."""

    @classmethod
    def of_bearer(cls, secret: str, address: str = "") -> Credential:
        """Return an API key, or else a token."""
        key = secret.startswith(PREFIX) or not secret
        method = AuthenticationMethod.API_KEY if key else AuthenticationMethod.TOKEN
        return cls(method, secret, address)


def address_of(connection: HTTPConnection) -> str:
    """Return the IP address of a client, or that of a proxy that is not trusted to tell it."""
    return "" if connection.client is None else connection.client.host


def credential_of(connection: HTTPConnection, public_url: str | None = None) -> Credential | None:
    """Return what a connection shows; a header counts before a cookie.

    Raises CrossSiteRequest if a browser sends the cookie for a page that is not the server's own.
    """
    header = connection.headers.get("authorization")
    if header is not None:
        scheme, _, bearer = header.partition(" ")
        return (
            Credential.of_bearer(bearer.strip(), address_of(connection))
            if scheme.lower() == "bearer"
            else None
        )
    secret = session_cookie(connection, public_url)
    if secret is None:
        return None
    require_same_origin(connection, public_url)
    return Credential(AuthenticationMethod.SESSION, secret, address_of(connection))


def session_cookie(connection: HTTPConnection, public_url: str | None) -> str | None:
    """Return the secret of the session in the cookie, if any."""
    name = SECURE_COOKIE if secure(connection, public_url) else PLAIN_COOKIE
    return connection.cookies.get(name) or None


def require_same_origin(connection: HTTPConnection, public_url: str | None) -> None:
    """Raise CrossSiteRequest unless a browser says that the server's own page sends a request.

    Sites that CORS allows are other sites here. A download may be opened by its address.
    """
    site = connection.headers.get("sec-fetch-site")
    if site == "same-origin" or connection.headers.get("origin") == origin_of(
        connection, public_url
    ):
        return
    if site == "none" and connection.scope.get("method") == "GET":
        return
    raise CrossSiteRequest(
        "a session of a browser is accepted from the server's own pages alone.",
        hint="Send a key or a token in the Authorization header; behind a proxy, set"
        " PROFILEGRAPH_PUBLIC_URL.",
    )


def origin_of(connection: HTTPConnection, public_url: str | None) -> str:
    """Return the origin at which browsers reach the server."""
    if public_url is not None:
        return public_url
    scheme = "https" if connection.url.scheme in _SECURE else "http"
    return f"{scheme}://{connection.headers.get('host', '')}"


def secure(connection: HTTPConnection, public_url: str | None) -> bool:
    """Return whether browsers reach the server by HTTPS."""
    return origin_of(connection, public_url).startswith("https:")


def on_this_machine(connection: HTTPConnection, public_url: str | None) -> bool:
    """Return whether browsers reach the server on their own machine."""
    return urlsplit(origin_of(connection, public_url)).hostname in LOOPBACK
