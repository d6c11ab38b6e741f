"""Tokens of a genuine OpenID Connect provider, and signing in at it with a browser."""

import asyncio
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from profilegraph.config import Settings
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.organisation import Employee
from profilegraph.services.customers.records import save
from profilegraph.services.identity import provider as providers
from profilegraph.services.identity.sessions import sessions
from profilegraph.services.platform import Platform
from profilegraph.web import service
from profilegraph.web.graphql import sockets
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.service import platform_app
from tests.conftest import NOW
from tests.support.identity_provider import (
    CLIENT,
    SECRET,
    Provider,
    identity_provider,
    new_curve_key,
    new_key,
)
from tests.support.serving import serving

KEY = new_key()
THEN = NOW.timestamp()
VIEWER = {"query": "{ viewer { name administrator employee { key } } }"}
OWN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Deployment:
    """A served platform that accepts the tokens of a provider."""

    platform: Platform
    provider: Provider
    client: httpx.AsyncClient
    clock: list[datetime] = field(default_factory=lambda: [NOW])

    async def ask(self, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await self.client.post("/graphql", json=VIEWER, headers=headers)

    async def viewer(self, **claims: Any) -> Any:
        answer = await self.ask(self.provider.token(THEN, **claims))
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["viewer"]


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "Authenticator", partial(Authenticator, seconds=0.0))


@asynccontextmanager
async def deployed(
    platform: Platform, provider: Provider, **changed: Any
) -> AsyncIterator[Deployment]:
    own = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_employee_claim": "sub",
    }
    settings = Settings(**(platform.settings.model_dump() | own | changed))
    clock = [NOW]
    app = platform_app(replace(platform, settings=settings), lambda: clock[0])
    people = [Employee(key="li", name="Li"), Employee(key="li@example.com", name="Li's address")]
    await save(platform, people, NOW)
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client,
    ):
        yield Deployment(platform, provider, client, clock)


@pytest.fixture
async def deployment(platform: Platform) -> AsyncIterator[Deployment]:
    async with identity_provider(KEY) as provider, deployed(platform, provider) as found:
        yield found


async def test_a_token_of_the_provider_stands_for_an_employee(deployment):
    found = await deployment.viewer()
    assert found == {"name": "Li", "administrator": False, "employee": {"key": "li"}}


@pytest.mark.parametrize("new", [new_curve_key, partial(new_key, "another")])
async def test_keys_of_any_accepted_kind_sign(platform, new: Callable[[], Any]):
    async with identity_provider(new()) as provider, deployed(platform, provider) as found:
        assert (await found.viewer())["name"] == "Li"


def _without_signature(token: str) -> str:
    _, payload, _ = token.split(".")
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{payload}."


def _part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _tampered(token: str) -> str:
    head, payload, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(payload + "=="))
    return f"{head}.{_part(claims | {'sub': 'li@example.com'})}.{signature}"


def _by_shared_secret(provider: Provider) -> str:
    """Return a token whose shared secret is the public key, which everybody knows."""
    head = _part({"alg": "HS256", "kid": provider.key.kid})
    signed = f"{head}.{provider.token(THEN).split('.')[1]}"
    digest = hmac.digest(provider.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(digest).rstrip(b'=').decode()}"


WRONG: dict[str, tuple[Callable[[Provider], str], str]] = {
    "another audience": (lambda one: one.token(THEN, aud="other"), "aud"),
    "no audience": (lambda one: one.token(THEN, aud=None), "aud"),
    "another issuer": (lambda one: one.token(THEN, iss="https://other.example"), "iss"),
    "expired": (lambda one: one.token(THEN, exp=int(THEN) - 60), "exp"),
    "no expiry": (lambda one: one.token(THEN, exp=None), "exp"),
    "an expiry of no sense": (lambda one: one.token(THEN, exp=1e300), "malformed"),
    "not yet": (lambda one: one.token(THEN, nbf=int(THEN) + 61), "nbf"),
    "issued later": (lambda one: one.token(THEN, iat=int(THEN) + 61), "iat"),
    "nobody": (lambda one: one.token(THEN, sub=None), "sub"),
    "no employee": (lambda one: one.token(THEN, sub="wang"), "no employee"),
    "no algorithm": (lambda one: _without_signature(one.token(THEN)), "algorithm"),
    "a shared secret": (_by_shared_secret, "algorithm"),
    "tampered with": (lambda one: _tampered(one.token(THEN)), "signature"),
    "another key of the same id": (lambda one: one.token(THEN, new_key("1")), "signature"),
    "an unknown key": (lambda one: one.token(THEN, new_key("2")), "no key"),
    "another algorithm of the key": (lambda one: one.token(THEN, new_curve_key("1")), "no key"),
    "no token": (lambda one: "a.b.c", "no signed token"),
    "half of a character": (lambda one: one.token(THEN, sub="\ud800"), "no text"),
    "a deep header": (lambda one: f"{_part(0)[:0]}{'W1' * 4000}.b.c", "no signed token"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_any_other_token_is_refused_and_the_log_alone_says_why(deployment, log, what):
    make, reason = WRONG[what]
    token = make(deployment.provider)
    refused = await deployment.ask(token)
    assert refused.status_code == 401
    [error] = refused.json()["errors"]
    assert error["message"] == "the token is not valid."
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [told] = [one for one in lines if one["event"] == "unauthenticated"]
    assert reason in told["reason"]
    assert token not in log.getvalue()
    assert await deployment.viewer(), "and others are not"


async def test_clocks_may_differ_by_a_minute(deployment):
    await deployment.viewer(exp=int(THEN) - 59)
    await deployment.viewer(nbf=int(THEN) + 60, iat=int(THEN) + 60)


async def test_the_audience_of_an_api_is_not_the_client_if_it_is_set(platform):
    async with (
        identity_provider(KEY) as provider,
        deployed(platform, provider, oidc_audience="https://crm.example") as found,
    ):
        await found.viewer(aud=["https://crm.example", "other"])
        assert (await found.ask(provider.token(THEN))).status_code == 401


async def test_an_address_counts_only_if_it_is_verified(platform):
    async with (
        identity_provider(KEY) as provider,
        deployed(platform, provider, oidc_employee_claim="email") as found,
    ):
        address = "li@example.com"
        assert (await found.viewer(email=address, email_verified=True))["name"] == "Li's address"
        for verified in (None, False, "true"):
            token = provider.token(THEN, email=address, email_verified=verified)
            assert (await found.ask(token)).status_code == 401


async def test_a_claim_says_which_roles_somebody_has(platform):
    async with (
        identity_provider(KEY) as provider,
        deployed(
            platform,
            provider,
            oidc_roles_claim="access.groups",
            oidc_roles=(("crm-admins", "admin"), ("crm", "analyst")),
        ) as found,
    ):
        for groups, administrator in ((["crm", "more"], False), (["crm-admins"], True)):
            assert (await found.viewer(access={"groups": groups}))["administrator"] is administrator
        for none in ({"groups": ["more"]}, {}, None, "crm"):
            assert (await found.ask(provider.token(THEN, access=none))).status_code == 401


async def test_a_provider_rotates_its_keys(deployment, monkeypatch):
    monkeypatch.setattr(providers, "PAUSE_SECONDS", 0.0)
    old = deployment.provider.token(THEN)
    assert (await deployment.ask(old)).status_code == 200
    await deployment.provider.end()
    port = urlsplit(deployment.provider.issuer).port
    async with identity_provider(new_key("next"), port=port) as rotated:
        assert (await deployment.ask(rotated.token(THEN))).status_code == 200
        assert (await deployment.ask(old)).status_code == 401


async def test_a_provider_that_is_away_refuses_nobody_for_good(deployment):
    await deployment.provider.end()
    answer = await deployment.ask(deployment.provider.token(THEN))
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "IDENTITY_PROVIDER_UNAVAILABLE"


async def test_a_socket_is_closed_when_its_token_expires(deployment, monkeypatch):
    monkeypatch.setattr(sockets, "CHECK_SECONDS", 0.01)
    address = str(deployment.client.base_url).replace("http", "ws").rstrip("/") + "/graphql"
    protocols = [Subprotocol(sockets.PROTOCOL)]
    async with connect(address, subprotocols=protocols, proxy=None) as opened:
        shown = {"Authorization": f"Bearer {deployment.provider.token(THEN)}"}
        await opened.send(json.dumps({"type": "connection_init", "payload": shown}))
        assert json.loads(await opened.recv()) == {"type": "connection_ack"}
        deployment.clock[0] += timedelta(seconds=661)
        with pytest.raises(ConnectionClosed) as told:
            async with asyncio.timeout(30):
                await opened.recv()
        assert told.value.rcvd is not None
        assert told.value.rcvd.code == 4403


@asynccontextmanager
async def at_provider(platform: Platform, **changed: Any) -> AsyncIterator[Deployment]:
    """A deployment at a known address, of which the provider is told."""
    now = datetime.now(NOW.tzinfo)
    public = "http://127.0.0.1"
    redirect = f"{public}/signin/oidc/callback"
    async with (
        identity_provider(KEY, redirect) as provider,
        deployed(platform, provider, public_url=public, **changed) as found,
    ):
        found.clock[0] = now  # the provider signs by its own clock
        yield found


async def to_provider(found: Deployment) -> str:
    response = await found.client.get("/signin/oidc")
    assert response.status_code == 303, response.text
    return response.headers["location"]


async def back(found: Deployment, address: str, name: str = "li") -> str:
    """Sign in at the provider by a name, as a person would; return where that leads."""
    async with httpx.AsyncClient(trust_env=False, base_url=found.provider.issuer) as browser:
        response = await browser.get(address)
        for _ in range(12):
            if response.is_redirect:
                target = response.headers["location"]
                if not target.startswith(("/", found.provider.issuer)):
                    return target.removeprefix("http://127.0.0.1")
                response = await browser.get(target)
                continue
            action = re.search(r'action="([^"]*)"', response.text)
            assert action is not None, response.text
            prompt = "login" if 'name="login"' in response.text else "consent"
            form = {"prompt": prompt, "login": name, "password": "any"}
            response = await browser.post(action[1], data=form)
    raise AssertionError("the provider does not come to an end")


async def test_a_browser_signs_in_at_the_provider(platform):
    async with at_provider(platform, oidc_employee_claim="email") as found:
        answer = await found.client.get(await back(found, await to_provider(found)))
        assert answer.status_code == 200, answer.text
        assert "profilegraph-oidc" not in found.client.cookies
        asked = await found.client.post("/graphql", json=VIEWER, headers=OWN)
        assert asked.json()["data"]["viewer"]["employee"] == {"key": "li@example.com"}
        [session] = await sessions(platform, OPERATOR, found.clock[0])
        assert (session.employee, session.provider) == ("li@example.com", found.provider.issuer)


async def test_a_session_has_the_roles_that_the_provider_says(platform):
    roles = {"oidc_roles_claim": "groups", "oidc_roles": (("crm", "analyst"),)}
    async with at_provider(platform, **roles) as found:
        await found.client.get(await back(found, await to_provider(found)))
        [session] = await sessions(platform, OPERATOR, found.clock[0])
        assert session.roles == ("analyst",)


async def test_nobody_is_signed_in_by_the_answer_to_another_sign_in(platform):
    async with at_provider(platform) as found:
        answered = await back(found, await to_provider(found))
        await to_provider(found)  # the browser has begun another one meanwhile
        assert (await found.client.get(answered)).status_code == 401
        found.client.cookies.clear()
        assert (await found.client.get(answered)).status_code == 401
        assert await sessions(platform, OPERATOR, found.clock[0]) == []


async def test_a_code_is_used_once(platform, log):
    async with at_provider(platform) as found:
        address = await to_provider(found)
        pending = dict(found.client.cookies)
        answered = await back(found, address)
        assert (await found.client.get(answered)).status_code == 200
        found.client.cookies.update(pending)
        assert (await found.client.get(answered)).status_code == 401
        assert "invalid_grant" in log.getvalue()


async def test_who_is_no_employee_or_declines_is_not_signed_in(platform):
    async with at_provider(platform) as found:
        answered = await back(found, await to_provider(found), "wang")
        assert (await found.client.get(answered)).status_code == 401
        state = found.client.cookies["profilegraph-oidc"].partition(".")[0]
        declined = await found.client.get(
            "/signin/oidc/callback", params={"state": state, "error": "access_denied"}
        )
        assert declined.status_code == 401
        other = {"state": state, "code": "c", "iss": "https://other.example"}
        assert (await found.client.get("/signin/oidc/callback", params=other)).status_code == 401
        assert await sessions(platform, OPERATOR, found.clock[0]) == []


async def test_without_a_provider_there_is_no_way_to_it(platform):
    app = platform_app(platform, lambda: NOW)
    async with serving(app) as address, httpx.AsyncClient(trust_env=False) as client:
        assert "oidc" not in (await client.get(f"{address}/signin")).text
        headers = {"Authorization": f"Bearer {_part({'alg': 'RS256'})}.b.c"}
        answer = await client.post(f"{address}/graphql", json=VIEWER, headers=headers)
        assert answer.status_code == 401
