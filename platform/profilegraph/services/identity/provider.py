"""An OpenID Connect provider: its metadata, its signing keys, and the exchange of codes for tokens."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import structlog

from profilegraph.errors import ProviderUnavailable, Unauthenticated
from profilegraph.setting_values import LOOPBACK

if TYPE_CHECKING:
    from joserfc.jwk import Key

KEPT_SECONDS = 600.0
"""How long metadata and keys are used before they are read again …"""
MOST_SECONDS = 3_600.0
"""… and how long where the provider does not answer meanwhile."""
PAUSE_SECONDS = 10.0
"""The shortest time between two readings: whoever sends unknown key ids causes no more."""
_SECONDS = 5.0
_MOST_BYTES = 1024 * 1024
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ProviderMetadata:
    """What a provider says of itself, as far as it is needed."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    auth_methods: tuple[str, ...]
    """How clients authenticate at the token endpoint."""


@dataclass(frozen=True)
class _Known:
    metadata: ProviderMetadata
    keys: tuple[Key, ...]
    at: float


class IdentityProvider:
    """The provider of one deployment; what it says is read on first use and kept for a while."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        trust: Callable[[], ssl.SSLContext],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self._secret = client_secret
        self._trust = trust
        self._clock = clock
        self._known: _Known | None = None
        self._tried: float | None = None
        self._turn = asyncio.Lock()

    async def metadata(self) -> ProviderMetadata:
        """Return the metadata; raises ProviderUnavailable."""
        return (await self._fresh()).metadata

    async def signing_key(self, kid: str | None, algorithm: str) -> Key:
        """Return the key that a token says it is signed with; raises Unauthenticated if there is none.

        The keys are read again for an unknown id, since the provider may have rotated them.
        """
        known = await self._fresh()
        key = _pick(known, kid, algorithm)
        if key is None:
            key = _pick(await self._fresh(but=known), kid, algorithm)
        if key is None:
            raise Unauthenticated(
                "the token is not valid.", reason="no key of the provider signed it"
            )
        return key

    async def exchange(self, code: str, redirect_uri: str, verifier: str) -> str:
        """Return the ID token for a code; raises Unauthenticated if the provider refuses the code."""
        metadata = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        basic: httpx.BasicAuth | None = None
        if self._secret is None:
            form["client_id"] = self.client_id
        elif "client_secret_basic" in metadata.auth_methods:
            # RFC 6749 asks for both to be encoded as in a form before they are joined.
            basic = httpx.BasicAuth(_quoted(self.client_id), _quoted(self._secret))
        else:
            form |= {"client_id": self.client_id, "client_secret": self._secret}
        status, body = await self._ask("POST", metadata.token_endpoint, data=form, auth=basic)
        if 400 <= status < 500:
            error = str(body.get("error"))[:100] if isinstance(body, dict) else ""
            raise Unauthenticated("the sign-in is not valid.", reason=f"code was refused: {error}")
        token = body.get("id_token") if isinstance(body, dict) else None
        if status != httpx.codes.OK or not isinstance(token, str):
            raise self._unavailable(f"its token endpoint answers HTTP {status} without an ID token")
        return token

    async def _fresh(self, but: _Known | None = None) -> _Known:
        """Return what is known, read again if it is old, or is `but` and that is allowed now."""
        known = self._known
        if known is not None and known is not but and self._age(known.at) < KEPT_SECONDS:
            return known
        async with self._turn:
            known, now = self._known, self._clock()
            if known is not None and known is not but and self._age(known.at) < KEPT_SECONDS:
                return known  # somebody read it meanwhile
            if self._tried is not None and self._age(self._tried) < PAUSE_SECONDS:
                return self._usable(known, "it did not answer a moment ago")
            self._tried = now
            try:
                self._known = await self._read(now)
            except ProviderUnavailable as error:
                _log.warning("identity_provider", error=error.message)
                return self._usable(known, error.message)
            return self._known

    def _usable(self, known: _Known | None, why: str) -> _Known:
        if known is None or self._age(known.at) >= MOST_SECONDS:
            raise self._unavailable(why)
        return known

    def _age(self, at: float) -> float:
        return self._clock() - at

    async def _read(self, now: float) -> _Known:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        place = f"{self.issuer.removesuffix('/')}/.well-known/openid-configuration"
        found = await self._get(place)
        if found.get("issuer") != self.issuer:
            raise self._unavailable("it says that it is another issuer")
        methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        metadata = ProviderMetadata(
            self._address(found, "authorization_endpoint"),
            self._address(found, "token_endpoint"),
            self._address(found, "jwks_uri"),
            tuple(map(str, methods)),
        )
        try:
            keys = KeySet.import_key_set(await self._get(metadata.jwks_uri)).keys  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError) as fault:
            raise self._unavailable("its keys cannot be read") from fault
        return _Known(metadata, tuple(keys), now)

    def _address(self, found: Mapping[str, Any], name: str) -> str:
        address = found.get(name)
        parts = urlsplit(address if isinstance(address, str) else "")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise self._unavailable(f"its metadata has no usable {name}")
        return str(address)

    async def _get(self, address: str) -> dict[str, Any]:
        status, body = await self._ask("GET", address)
        if status != httpx.codes.OK or not isinstance(body, dict):
            raise self._unavailable(f"{address} answers HTTP {status} and no JSON object")
        return body

    async def _ask(self, method: str, address: str, **options: Any) -> tuple[int, Any]:
        """Return the status and the JSON of an answer; None where it is no JSON."""
        near = urlsplit(address).hostname in LOOPBACK
        try:
            async with (
                asyncio.timeout(_SECONDS),
                httpx.AsyncClient(
                    verify=self._trust(), timeout=_SECONDS, trust_env=not near
                ) as client,
                client.stream(method, address, **options) as response,
            ):
                body = bytearray()
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > _MOST_BYTES:
                        raise self._unavailable(f"{address} answers more than {_MOST_BYTES} bytes")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as fault:
            raise self._unavailable(f"{address}: {type(fault).__name__}") from fault
        try:
            return response.status_code, json.loads(body)
        except (ValueError, RecursionError):
            return response.status_code, None

    def _unavailable(self, why: str) -> ProviderUnavailable:
        return ProviderUnavailable(
            f"the identity provider cannot be used: {why}.",
            hint="Check PROFILEGRAPH_OIDC_ISSUER, and that this machine reaches it.",
        )


def _pick(known: _Known, kid: str | None, algorithm: str) -> Key | None:
    """Return the key with an id; a token without an id may use the only key that fits."""
    fitting = [one for one in known.keys if _fits(one.as_dict(private=False), algorithm)]
    if kid is None:
        return fitting[0] if len(fitting) == 1 else None
    return next((one for one in fitting if one.kid == kid), None)


_TYPES: Mapping[str, str] = {"RS": "RSA", "PS": "RSA", "ES": "EC"}


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    return (
        key.get("kty") == _TYPES[algorithm[:2]]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
    )


def _quoted(text: str) -> str:
    from urllib.parse import quote_plus

    return quote_plus(text)
