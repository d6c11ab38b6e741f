"""Signing in with a browser: links, cookies, requests of other sites, and the end of a session."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from profilegraph.config import Settings
from profilegraph.domain.audit import AuditQuestion
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR
from profilegraph.domain.records.customers import Customer
from profilegraph.domain.records.organisation import Employee
from profilegraph.services.audit.failures import FailedAuthentications
from profilegraph.services.audit.questions import audit_page
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import create_key, list_keys, revoke_key
from profilegraph.services.identity.sessions import (
    CreateSignInLink,
    EndSessions,
    create_link,
    end_sessions,
    sessions,
)
from profilegraph.services.platform import Platform
from profilegraph.web import service
from profilegraph.web.graphql import sockets
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.service import platform_app
from tests.conftest import NOW
from tests.support.serving import serving

BOSS = CommandContext(OPERATOR, NOW)
VIEWER = {"query": "{ viewer { name employee { key } } }"}
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def office(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Nothing is remembered, so that the end of a session shows at once."""
    monkeypatch.setattr(service, "Authenticator", partial(Authenticator, seconds=0.0))
    await save(platform, [Employee(key="li", name="Li"), Customer(key="a", name="A")], NOW)
    return platform


@asynccontextmanager
async def served(platform: Platform, **changed: Any) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(**(platform.settings.model_dump() | changed))
    app = platform_app(replace(platform, settings=settings), lambda: NOW)
    async with (
        serving(app) as address,
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client,
    ):
        yield client


@pytest.fixture
async def browser(office: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with served(office) as client:
        yield client


async def link(office: Platform) -> str:
    return f"/signin/{await create_link(office, CreateSignInLink('li'), BOSS)}"


async def sign_in(office: Platform, browser: httpx.AsyncClient) -> None:
    response = await browser.post(await link(office), headers=OWN)
    assert response.status_code == 303, response.text


async def ask(browser: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await browser.post("/graphql", json=VIEWER, headers=headers)


def code(response: httpx.Response) -> str:
    found: str = response.json()["errors"][0]["extensions"]["code"]
    return found


async def test_a_link_signs_a_browser_in_by_its_button(office, browser):
    address = await link(office)
    for _ in range(2):
        page = await browser.get(address)  # a preview of the link looks at it, too
        assert page.status_code == 200
        assert f'<form method="post" action="{address}">' in page.text
    pressed = await browser.post(address, headers=OWN)
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/graphiql")
    answer = await ask(browser, **OWN)
    assert answer.json()["data"] == {"viewer": {"name": "Li", "employee": {"key": "li"}}}
    again = await browser.post(address, headers=OWN)
    assert again.status_code == 401
    assert "set-cookie" not in again.headers


async def test_the_pages_run_nothing_and_speak_the_readers_language(office, browser):
    address = await link(office)
    english = await browser.get(address, headers={"Accept-Language": "fr, en;q=0.5"})
    chinese = await browser.get(address, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert "Sign in" in english.text
    assert "登录" in chinese.text
    assert "default-src 'none'" in chinese.headers["content-security-policy"]
    assert chinese.headers["referrer-policy"] == "same-origin"
    assert chinese.headers["cache-control"] == "no-store"


async def test_no_script_reads_the_cookie_and_no_other_site_sends_it(office, browser):
    response = await browser.post(await link(office), headers=OWN)
    [(name, cookie)] = SimpleCookie(response.headers["set-cookie"]).items()
    assert name == "profilegraph"
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("strict", "/", "")
    assert cookie["max-age"] == str(12 * 3600)


async def test_by_https_the_cookie_is_secure_and_of_this_host_alone(office):
    async with served(office, public_url="https://crm.example.com") as client:
        own = {"Origin": "https://crm.example.com"}
        response = await client.post(await link(office), headers=own)
        [(name, cookie)] = SimpleCookie(response.headers["set-cookie"]).items()
        assert name == "__Host-profilegraph"
        assert cookie["secure"]
        shown = {"Cookie": f"{name}={cookie.value}"}
        assert (await ask(client, **shown, **own)).status_code == 200
        plain = {"Cookie": f"profilegraph={cookie.value}"}
        assert (await ask(client, **plain, **own)).status_code == 401


async def test_nobody_signs_in_over_the_network_without_https(office, browser):
    response = await browser.post(await link(office), headers={**OWN, "Host": "crm.example.com"})
    assert response.status_code == 400
    assert "HTTPS" in response.text
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://front.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://front.example"},
    ],
)
async def test_a_cookie_that_another_site_has_the_browser_send_is_refused(office, headers):
    async with served(office, cors_origins=("https://front.example",)) as browser:
        await sign_in(office, browser)
        refused = await ask(browser, **headers)
        assert (refused.status_code, code(refused)) == (403, "CROSS_SITE_REQUEST")
        assert (await browser.post("/signout", headers=headers)).status_code == 403
        assert (await browser.post(await link(office), headers=headers)).status_code == 403
        assert (await ask(browser, **OWN)).status_code == 200


async def test_the_origin_of_the_server_itself_is_enough(office, browser):
    await sign_in(office, browser)
    own = str(browser.base_url).rstrip("/")
    assert (await ask(browser, Origin=own)).status_code == 200
    assert (await ask(browser, Origin=own.replace("http:", "https:"))).status_code == 403


async def test_a_header_counts_before_the_cookie(office, browser):
    await sign_in(office, browser)
    for wrong in ("Bearer pg_other", "Basic bGk6bGk="):
        assert (await ask(browser, Authorization=wrong, **OWN)).status_code == 401
    key = await create_key(office.database, "crm", NOW)
    answer = await ask(browser, Authorization=f"Bearer {key}")
    assert answer.json()["data"]["viewer"]["name"] == "crm"


async def test_signing_out_ends_the_session_itself_not_only_the_cookie(office, browser):
    await sign_in(office, browser)
    secret = browser.cookies["profilegraph"]
    out = await browser.post("/signout", headers=OWN)
    assert (out.status_code, out.headers["location"]) == (303, "/signin")
    assert "profilegraph" not in browser.cookies
    kept = await ask(browser, Cookie=f"profilegraph={secret}", **OWN)
    assert (kept.status_code, code(kept)) == (401, "UNAUTHENTICATED")
    assert await sessions(office, OPERATOR, NOW) == []


async def recorded(office: Platform) -> set[tuple[str, str | None, tuple[str, ...], str | None]]:
    """Return what the audit log has of who was let in and who was not."""
    page = await audit_page(office, AuditQuestion(what="SIGN_IN"), 100)
    entries = [one.entry for one in page.entries]
    return {(one.operation, one.actor.principal, one.targets, one.code) for one in entries}


async def test_signing_in_and_out_and_in_vain_is_recorded(office, monkeypatch):
    failed = FailedAuthentications(office)
    monkeypatch.setattr(service, "FailedAuthentications", lambda _: failed)
    async with served(office) as browser:
        await sign_in(office, browser)
        [session] = await sessions(office, OPERATOR, NOW)
        await browser.post("/signout", headers=OWN)
        await browser.post("/signin/guessed", headers=OWN)
        await ask(browser, Authorization="Bearer pg_guessed")
    await failed.record(NOW)
    assert await recorded(office) == {
        ("signIn", session.id, ("role:marketer",), "link"),
        ("signOut", session.id, (), None),
        ("authenticate", None, ("method:SIGN_IN", "failures:1"), "UNAUTHENTICATED"),
        ("authenticate", None, ("method:API_KEY", "failures:1"), "UNAUTHENTICATED"),
    }


async def test_a_browser_downloads_with_its_session(office, browser):
    await sign_in(office, browser)
    where = {"Sec-Fetch-Site": "none"}  # its address was typed
    answer = await browser.get("/export/segments/none.csv", headers=where)
    assert (answer.status_code, code(answer)) == (404, "NOT_FOUND")
    foreign = await browser.get(
        "/export/segments/none.csv", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status_code == 403


async def test_refused_credentials_are_counted_and_logged_without_the_secret(office, browser, log):
    await sign_in(office, browser)
    key = await create_key(office.database, "crm", NOW, NOW + timedelta(days=-1))
    await ask(browser, Authorization=f"Bearer {key}")
    await ask(browser, Authorization="Bearer pg_guessed")
    await ask(browser, Cookie="profilegraph=guessed", **OWN)
    await browser.post("/signin/guessed", headers=OWN)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    reasons = [one["reason"] for one in lines if "reason" in one]
    known = (await list_keys(office.database))[0].id
    assert reasons == [
        f"it is expired (key {known})",
        "unknown",
        "session is unknown, or ended",
        "sign-in link is unknown, used or expired",
    ]
    ours = [line for line in log.getvalue().splitlines() if "HTTP Request" not in line]
    assert not any(key in line or "guessed" in line for line in ours)
    text = office.cache.metrics.text().decode()
    for method, count in (("API_KEY", 2), ("SESSION", 1), ("SIGN_IN", 1)):
        line = f'profilegraph_authentication_failures_total{{method="{method}"}} {count}.0'
        assert line in text


@asynccontextmanager
async def socket(browser: httpx.AsyncClient, **headers: str) -> AsyncIterator[Any]:
    address = str(browser.base_url).replace("http", "ws").rstrip("/") + "/graphql"
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    async with connect(
        address,
        subprotocols=[Subprotocol(sockets.PROTOCOL)],
        additional_headers=cookie | headers,
        proxy=None,
    ) as opened:
        await opened.send(json.dumps({"type": "connection_init"}))
        yield opened


async def closed(opened: Any) -> int:
    with pytest.raises(ConnectionClosed) as told:
        async with asyncio.timeout(30):
            await opened.recv()
    assert told.value.rcvd is not None
    return told.value.rcvd.code


async def test_a_socket_takes_the_cookie_of_the_servers_own_pages_alone(office):
    async with served(office, cors_origins=("https://front.example",)) as browser:
        await sign_in(office, browser)
        own = str(browser.base_url).rstrip("/")
        async with socket(browser, Origin=own) as opened:
            assert json.loads(await opened.recv()) == {"type": "connection_ack"}
        # Its pages may open sockets, with a key of their own.
        async with socket(browser, Origin="https://front.example") as opened:
            assert await closed(opened) == 4403
        async with socket(browser) as opened:
            assert await closed(opened) == 4403


@pytest.mark.parametrize("how", ["session", "employee", "key"])
async def test_an_idle_socket_is_closed_when_what_it_was_opened_with_ends(
    office, browser, monkeypatch, how
):
    monkeypatch.setattr(sockets, "CHECK_SECONDS", 0.01)
    headers = {"Origin": str(browser.base_url).rstrip("/")}
    if how == "key":
        headers = {"Authorization": f"Bearer {await create_key(office.database, 'crm', NOW)}"}
    else:
        await sign_in(office, browser)
    async with socket(browser, **headers) as opened:
        assert json.loads(await opened.recv()) == {"type": "connection_ack"}
        match how:
            case "key":
                [known] = await list_keys(office.database)
                await revoke_key(office.database, known.id, NOW)
            case "session":
                await end_sessions(office, EndSessions(employee="li"), BOSS)
            case _:
                await office.database.write(
                    lambda transaction: transaction.run("MATCH (e:Employee) DETACH DELETE e")
                )
        assert await closed(opened) == 4403
