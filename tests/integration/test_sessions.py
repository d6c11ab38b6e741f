"""Sessions of browsers and sign-in links in a genuine graph."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.identity import AuthenticationMethod
from profilegraph.domain.records.organisation import Employee
from profilegraph.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import create_key
from profilegraph.services.identity.sessions import (
    CreateSignInLink,
    EndSessions,
    SignedIn,
    begin_session,
    check_session,
    create_link,
    end_sessions,
    sessions,
    sign_in,
    sign_out,
)
from profilegraph.services.identity.uses import RecordedUses
from profilegraph.services.platform import Platform
from tests.conftest import NOW

BOSS = CommandContext(OPERATOR, NOW)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def office(platform: Platform) -> Platform:
    await save(platform, [Employee(key="li", name="Li"), Employee(key="wang", name="Wang")], NOW)
    return platform


async def link(office: Platform, employee: str = "li", minutes: int = 15) -> str:
    return await create_link(office, CreateSignInLink(employee, minutes), BOSS)


async def signed_in(office: Platform, employee: str = "li", now: datetime = NOW) -> SignedIn:
    return await sign_in(office, await link(office, employee), now)


async def refusal(office: Platform, secret: str, now: datetime = NOW) -> str:
    with pytest.raises(Unauthenticated) as told:
        await check_session(office, secret, now)
    assert secret not in told.value.reason
    assert str(told.value) == "the session has ended. Sign in again."
    return told.value.reason


async def test_a_link_begins_a_session_of_its_employee(office: Platform) -> None:
    begun = await signed_in(office)
    found = await check_session(office, begun.secret, NOW)
    assert found == begun.session
    principal = found.principal
    assert (principal.method, principal.employee) == (AuthenticationMethod.SESSION, "li")
    assert (principal.name, principal.roles) == ("Li", ("marketer",))
    assert principal.expires_at == NOW + timedelta(hours=12)


async def test_a_link_is_used_once_even_by_two_at_once(office: Platform) -> None:
    secret = await link(office)
    found = await asyncio.gather(
        *(sign_in(office, secret, NOW) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, SignedIn) for one in found) == 1
    assert sum(isinstance(one, Unauthenticated) for one in found) == 3


async def test_a_link_expires(office: Platform) -> None:
    secret = await link(office, minutes=10)
    with pytest.raises(Unauthenticated):
        await sign_in(office, secret, NOW + 10 * MINUTE)
    await sign_in(office, secret, NOW + 9 * MINUTE)


async def test_a_link_is_made_for_an_employee_by_an_administrator(office: Platform) -> None:
    with pytest.raises(NotFound, match="no employee has the key 'nobody'"):
        await link(office, "nobody")
    with pytest.raises(InvalidInput):
        await link(office, minutes=0)
    with pytest.raises(Forbidden):
        await create_link(office, CreateSignInLink("li"), CommandContext(Actor("Li", "li"), NOW))


async def test_the_graph_holds_no_secret_of_links_and_sessions(office: Platform) -> None:
    unused, begun = await link(office), await signed_in(office)
    stored = repr(await office.database.read("MATCH (n) RETURN collect(properties(n)) AS all"))
    assert unused not in stored
    assert begun.secret not in stored
    assert {len(bytes.fromhex(one)) for one in (unused, begun.secret)} == {32}


async def test_a_session_ends_at_its_time_however_much_it_is_used(office: Platform) -> None:
    begun, uses = await signed_in(office), RecordedUses(office)
    last = NOW + timedelta(hours=12)
    moment = NOW
    while moment < last - 30 * MINUTE:
        moment += 30 * MINUTE
        uses.note((await check_session(office, begun.secret, moment)).principal)
        await uses.round(moment)
    assert "expired" in await refusal(office, begun.secret, last)


async def test_a_session_that_is_idle_ends_and_one_that_is_used_does_not(office: Platform) -> None:
    idle, used, uses = (
        await signed_in(office),
        await signed_in(office, "wang"),
        RecordedUses(office),
    )
    uses.note(used.session.principal)
    await uses.round(NOW + 30 * MINUTE)
    assert "idle" in await refusal(office, idle.secret, NOW + 60 * MINUTE)
    assert (await check_session(office, used.secret, NOW + 60 * MINUTE)).employee == "wang"


async def test_a_session_ends_at_sign_out_by_an_administrator_and_with_its_employee(
    office: Platform,
) -> None:
    out, ended, gone = [await signed_in(office) for _ in range(3)]
    await sign_out(office, out.secret, NOW)
    assert "ended" in await refusal(office, out.secret)
    assert await end_sessions(office, EndSessions(ended.session.id), BOSS) == 1
    assert "ended" in await refusal(office, ended.secret)
    assert [one.id for one in await sessions(office, OPERATOR, NOW)] == [gone.session.id]
    await office.database.write(
        lambda transaction: transaction.run("MATCH (e:Employee {key: 'li'}) DETACH DELETE e")
    )
    assert "employee is gone" in await refusal(office, gone.secret)


async def test_all_sessions_of_an_employee_end_at_once_and_those_of_others_go_on(
    office: Platform,
) -> None:
    mine, other = [await signed_in(office) for _ in range(2)], await signed_in(office, "wang")
    assert await end_sessions(office, EndSessions(employee="li"), BOSS) == 2
    for one in mine:
        await refusal(office, one.secret)
    assert (await check_session(office, other.secret, NOW)).employee == "wang"


async def test_sessions_are_ended_and_seen_by_administrators_alone(office: Platform) -> None:
    begun = await signed_in(office)
    li = CommandContext(Actor("Li", "li"), NOW)
    with pytest.raises(Forbidden):
        await end_sessions(office, EndSessions(employee="li"), li)
    with pytest.raises(Forbidden):
        await sessions(office, li.actor, NOW)
    for wrong in (EndSessions(), EndSessions("a", "li")):
        with pytest.raises(InvalidInput):
            await end_sessions(office, wrong, BOSS)
    with pytest.raises(NotFound):
        await end_sessions(office, EndSessions("none"), BOSS)
    await check_session(office, begun.secret, NOW)


async def test_what_is_over_is_deleted(office: Platform) -> None:
    await link(office)
    await signed_in(office)
    await RecordedUses(office).round(NOW + timedelta(hours=13))
    [row] = await office.database.read(
        "MATCH (n) WHERE n:BrowserSession OR n:SignInLink RETURN count(n) AS kept"
    )
    assert row["kept"] == 0


async def test_a_session_has_the_roles_that_a_provider_names_or_the_employees(
    office: Platform,
) -> None:
    named = await begin_session(office, "li", NOW, "https://login.example", ["analyst"])
    usual = await begin_session(office, "li", NOW, "https://login.example")
    await office.database.write(
        lambda transaction: transaction.run(
            "MATCH (e:Employee {key: 'li'}) SET e.roles = ['sales']"
        )
    )
    assert named.session.roles == ("analyst",)
    assert (await check_session(office, named.secret, NOW)).roles == ("analyst",)
    assert (await check_session(office, usual.secret, NOW)).roles == ("sales",)


async def test_who_signs_in_is_the_author_of_what_they_made_with_their_first_key(
    office: Platform,
) -> None:
    await create_key(office.database, "Li of sales", NOW - MINUTE, employee="li")
    await create_key(office.database, "another", NOW, employee="li")
    assert (await signed_in(office)).session.author == "Li of sales"


async def test_nobody_signs_in_under_the_name_of_another_and_no_key_takes_it_later(
    office: Platform,
) -> None:
    await create_key(office.database, "Li", NOW, employee="wang")
    begun = await signed_in(office)
    assert begun.session.author == "Li (li)"
    with pytest.raises(Conflict, match="of the employee 'li'"):
        await create_key(office.database, "Li (li)", NOW, employee="wang")
    with pytest.raises(Conflict):
        await create_key(office.database, "Li (li)", NOW)
    await create_key(office.database, "Li (li)", NOW, employee="li")
