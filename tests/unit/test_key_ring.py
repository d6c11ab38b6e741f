"""API keys that are remembered for a few seconds: how long, and how many."""

from __future__ import annotations

from profilegraph.web.graphql.keys import MOST_CACHED, KeyCache


async def test_a_key_is_good_for_so_long_from_before_it_was_checked() -> None:
    now, asked = [0.0], list[str]()

    async def check(secret: str) -> str:
        asked.append(secret)
        now[0] += 2.0
        return "viewer"

    ring = KeyCache(check, seconds=5, clock=lambda: now[0])
    await ring("pg_a")
    now[0] = 4.9
    assert await ring("pg_a") == "viewer"
    assert len(asked) == 1
    now[0] = 5.0
    await ring("pg_a")
    assert len(asked) == 2


async def test_of_too_many_keys_the_one_used_longest_ago_is_checked_again() -> None:
    asked = list[str]()

    async def check(secret: str) -> str:
        asked.append(secret)
        return secret

    ring = KeyCache(check, clock=lambda: 0.0)
    secrets = [f"pg_{number}" for number in range(MOST_CACHED)]
    for secret in (*secrets, secrets[0], "pg_one_more"):
        assert await ring(secret) == secret
    asked.clear()
    await ring(secrets[0])
    assert asked == []
    await ring(secrets[1])
    assert asked == [secrets[1]]
