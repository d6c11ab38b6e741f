"""What is read of an identity provider: how often, for how long it is kept, and what is not taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from profilegraph.config import load_settings
from profilegraph.errors import ProviderUnavailable, Unauthenticated
from profilegraph.services.identity.provider import (
    KEPT_SECONDS,
    MOST_SECONDS,
    PAUSE_SECONDS,
    IdentityProvider,
)
from tests.support.identity_provider import new_curve_key, new_key
from tests.support.serving import serving

FIRST, SECOND = new_key("1"), new_key("2")


class Site:
    """The files of a provider, which a test changes."""

    def __init__(self) -> None:
        self.keys: list[Any] = [FIRST]
        self.metadata: dict[str, Any] = {}
        self.status = 200
        self.read = 0
        self.now = 1_000.0
        self.address = ""
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/keys", self._keys),
            ]
        )

    async def _metadata(self, _: Request) -> Response:
        self.read += 1
        found = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/auth",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
        }
        return JSONResponse(found | self.metadata, self.status)

    async def _keys(self, _: Request) -> Response:
        return JSONResponse(KeySet(self.keys).as_dict(private=False))

    async def key(self, provider: IdentityProvider, kid: str | None, alg: str = "RS256") -> str:
        return str((await provider.signing_key(kid, alg)).kid)


@asynccontextmanager
async def provided() -> AsyncIterator[tuple[Site, IdentityProvider]]:
    site = Site()
    async with serving(site.app) as address:
        site.address = address
        trust = load_settings().trust
        yield site, IdentityProvider(address, "client", None, trust, lambda: site.now)


async def test_keys_are_read_once_and_again_when_they_are_old() -> None:
    async with provided() as (site, provider):
        for _ in range(3):
            assert await site.key(provider, "1") == "1"
        assert site.read == 1
        site.keys = [SECOND]
        site.now += KEPT_SECONDS
        with pytest.raises(Unauthenticated):
            await site.key(provider, "1")
        assert site.read == 2, "a key that the provider has taken back is not accepted for ever"


async def test_an_unknown_key_is_looked_for_but_not_again_and_again() -> None:
    async with provided() as (site, provider):
        await site.key(provider, "1")
        site.keys = [FIRST, SECOND]
        site.now += PAUSE_SECONDS
        assert await site.key(provider, "2") == "2"
        for number in range(20):
            with pytest.raises(Unauthenticated):
                await site.key(provider, f"guessed {number}")
        assert site.read == 2
        site.now += PAUSE_SECONDS
        with pytest.raises(Unauthenticated):
            await site.key(provider, "guessed")
        assert site.read == 3


async def test_keys_last_for_a_while_when_the_provider_does_not_answer() -> None:
    async with provided() as (site, provider):
        await site.key(provider, "1")
        site.status = 500
        site.now += KEPT_SECONDS
        assert await site.key(provider, "1") == "1"
        site.now += MOST_SECONDS
        with pytest.raises(ProviderUnavailable):
            await site.key(provider, "1")
        site.status = 200
        with pytest.raises(ProviderUnavailable):
            await site.key(provider, "1")  # it is not asked at once, whoever wants it
        site.now += PAUSE_SECONDS
        assert await site.key(provider, "1") == "1"


async def test_a_token_without_a_key_id_means_the_only_key_that_fits() -> None:
    async with provided() as (site, provider):
        site.keys = [FIRST, new_curve_key("3")]
        assert await site.key(provider, None) == "1"
        assert await site.key(provider, None, "ES256") == "3"
        site.keys = [FIRST, SECOND]
        site.now += KEPT_SECONDS
        with pytest.raises(Unauthenticated):
            await site.key(provider, None)


async def test_a_key_signs_by_its_own_algorithm_alone() -> None:
    async with provided() as (site, provider):
        site.keys = [FIRST, new_curve_key("3")]
        for kid, algorithm in (("1", "ES256"), ("1", "PS256"), ("3", "RS256")):
            with pytest.raises(Unauthenticated):
                await site.key(provider, kid, algorithm)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"jwks_uri": "http://other.example/keys"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
    ],
)
async def test_metadata_that_could_mislead_is_not_taken(metadata: dict[str, Any]) -> None:
    async with provided() as (site, provider):
        site.metadata = metadata
        with pytest.raises(ProviderUnavailable):
            await provider.metadata()
