"""Who authenticated is remembered for a few seconds: how long, and how many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from profilegraph.domain.identity import AuthenticationMethod, Principal
from profilegraph.errors import RateLimited, Unauthenticated
from profilegraph.web.identity.authenticator import MOST_CACHED, MOST_FAILURES, Authenticator
from profilegraph.web.identity.credentials import Credential

ANN = Principal("1", "Ann", AuthenticationMethod.API_KEY, ("admin",))


def key(name: str) -> Credential:
    return Credential.of_bearer(f"pg_{name}")


async def test_a_key_is_good_for_so_long_from_before_it_was_checked() -> None:
    now, asked = [0.0], list[Credential]()

    async def check(shown: Credential) -> Principal:
        asked.append(shown)
        now[0] += 2.0
        return ANN

    door = Authenticator(check, seconds=5, clock=lambda: now[0])
    await door(key("a"))
    now[0] = 4.9
    assert await door(key("a")) == ANN
    assert len(asked) == 1
    now[0] = 5.0
    await door(key("a"))
    assert len(asked) == 2


async def test_of_too_many_keys_the_one_used_longest_ago_is_checked_again() -> None:
    asked = list[Credential]()

    async def check(shown: Credential) -> Principal:
        asked.append(shown)
        return ANN

    door = Authenticator(check, clock=lambda: 0.0)
    keys = [key(str(number)) for number in range(MOST_CACHED)]
    for one in (*keys, keys[0], key("one_more")):
        assert await door(one) == ANN
    asked.clear()
    await door(keys[0])
    assert asked == []
    await door(keys[1])
    assert asked == [keys[1]]


async def test_a_session_is_no_key_even_with_the_same_secret() -> None:
    async def check(shown: Credential) -> Principal:
        if shown.method is AuthenticationMethod.SESSION:
            raise Unauthenticated("the session has ended.")
        return ANN

    door = Authenticator(check)
    assert await door(key("a")) == ANN
    with pytest.raises(Unauthenticated):
        await door(Credential(AuthenticationMethod.SESSION, "pg_a"))


async def test_each_refusal_and_each_use_is_told_and_no_look_whether_it_is_still_valid() -> None:
    async def check(shown: Credential) -> Principal:
        if shown.secret == "pg_bad":
            raise Unauthenticated("it is not known.", reason="unknown")
        return ANN

    good, bad = list[Principal](), list[Credential]()
    door = Authenticator(check, on_success=good.append, on_failure=bad.append)
    for _ in range(2):
        await door(key("a"))
        with pytest.raises(Unauthenticated):
            await door(key("bad"))
    await door(key("a"), used=False)
    assert (good, bad) == ([ANN] * 2, [key("bad")] * 2)


def test_a_secret_does_not_show_in_the_text_of_what_holds_it() -> None:
    assert "pg_a" not in repr(key("a"))


async def test_what_goes_on_ends_when_the_roles_have_changed() -> None:
    now, roles = [0.0], [("admin",)]

    async def check(_: Credential) -> Principal:
        return replace(ANN, roles=roles[0])

    door = Authenticator(check, seconds=5, clock=lambda: now[0])
    viewer = await door(key("a"))
    await door.require_same(key("a"), viewer)
    roles[0], now[0] = ("sales",), 5.0
    with pytest.raises(Unauthenticated, match="roles"):
        await door.require_same(key("a"), viewer)


async def test_who_tries_many_keys_waits_and_who_had_a_good_one_does_not() -> None:
    now, asked = [0.0], list[Credential]()

    async def check(shown: Credential) -> Principal:
        asked.append(shown)
        if shown != key("good"):
            raise Unauthenticated("the API key is not known.")
        return ANN

    door = Authenticator(check, seconds=5, clock=lambda: now[0])
    await door(Credential.of_bearer("pg_good", "192.0.2.1"))
    for number in range(MOST_FAILURES):
        with pytest.raises(Unauthenticated):
            await door(Credential.of_bearer(f"pg_{number}", "192.0.2.1"))
    asked.clear()
    with pytest.raises(RateLimited, match="30 keys, tokens or sign-ins from your address") as told:
        await door(Credential.of_bearer("pg_next", "192.0.2.1"))
    assert told.value.retry_after >= 1
    assert asked == []
    with pytest.raises(Unauthenticated):
        await door(Credential.of_bearer("pg_next", "192.0.2.2"))
    now[0] = 10.0  # the good one is checked anew
    assert await door(Credential.of_bearer("pg_good", "192.0.2.1")) == ANN
    assert len(asked) == 2
