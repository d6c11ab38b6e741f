"""API keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from profilegraph.config import data_folder
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.identity import ApiKey
from profilegraph.domain.records.organisation import Employee
from profilegraph.errors import (
    Conflict,
    Forbidden,
    InvalidFilter,
    InvalidInput,
    NotFound,
    Unauthenticated,
)
from profilegraph.services.customers.records import save
from profilegraph.services.identity.keys import (
    CreateKey,
    RevokeKey,
    RotateKey,
    check_key,
    create,
    create_key,
    keys,
    list_keys,
    revoke,
    revoke_key,
    rotate,
)
from profilegraph.services.identity.uses import RecordedUses
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.migrations import read_migrations
from tests.conftest import NOW

DAY = timedelta(days=1)


async def test_a_key_opens_until_it_expires(database: Database) -> None:
    secret = await create_key(database, "li", NOW, NOW + DAY)
    assert (await check_key(database, secret, NOW)).name == "li"
    with pytest.raises(Unauthenticated, match="expired"):
        await check_key(database, secret, NOW + DAY)


async def test_a_revoked_key_no_longer_opens(database: Database) -> None:
    secret = await create_key(database, "li", NOW)
    await revoke_key(database, (await list_keys(database))[0].id, NOW)
    with pytest.raises(Unauthenticated):
        await check_key(database, secret, NOW)
    assert (await list_keys(database))[0].revoked_at == NOW


@pytest.mark.parametrize("secret", ["", "pg_", "pg_" + "0" * 64, "Bearer", "' OR 1=1"])
async def test_anything_else_does_not_open(database: Database, secret: str) -> None:
    await create_key(database, "li", NOW)
    with pytest.raises(Unauthenticated):
        await check_key(database, secret, NOW)


async def test_the_graph_never_holds_the_secret(database: Database) -> None:
    secret = await create_key(database, "li", NOW)
    found = await database.read("MATCH (n:ApiKey) RETURN properties(n) AS values")
    assert secret not in repr(found)
    assert secret.removeprefix("pg_") not in repr(found)


async def test_secrets_have_256_bits_and_differ(database: Database) -> None:
    secrets = {await create_key(database, "li", NOW) for _ in range(3)}
    assert len(secrets) == 3
    assert {len(bytes.fromhex(secret.removeprefix("pg_"))) for secret in secrets} == {32}


async def test_a_key_that_does_not_exist_cannot_be_revoked(database: Database) -> None:
    with pytest.raises(NotFound, match="key list"):
        await revoke_key(database, "none", NOW)


async def test_nobody_takes_the_name_of_another_and_so_its_segments(platform: Platform) -> None:
    await save(platform, [Employee(key="li", name="Li"), Employee(key="wang", name="Wang")], NOW)
    await create_key(platform.database, "Front end", NOW)
    await create_key(platform.database, "Li", NOW, employee="li")
    taken: list[tuple[str, str | None]] = [
        ("Front end", "wang"),
        (" Front end ", "li"),
        ("Li", "wang"),
        ("Li", None),
        ("command line", None),
        ("command line", "li"),
    ]
    for name, employee in taken:
        with pytest.raises(Conflict, match="Choose another name"):
            await create_key(platform.database, name, NOW, employee=employee)
    for key in await list_keys(platform.database):
        await revoke_key(platform.database, key.id, NOW)
    with pytest.raises(Conflict, match=r"of the employee 'li'.*segment share --owner"):
        await create_key(platform.database, "Li", NOW, employee="wang")
    assert len(await list_keys(platform.database)) == 2


async def test_a_key_is_replaced_by_another_of_the_same_name_and_bearer(platform: Platform) -> None:
    await save(platform, [Employee(key="li", name="Li")], NOW)
    for _ in range(2):
        await create_key(platform.database, "Front end", NOW)
        await create_key(platform.database, "Li", NOW, employee="li")
    assert [one.name for one in await list_keys(platform.database)].count("Li") == 2


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\u200bb"])
async def test_the_name_of_a_key_can_be_read(database: Database, name: str) -> None:
    with pytest.raises(InvalidInput, match="visible letters"):
        await create_key(database, name, NOW)


BOSS = CommandContext(OPERATOR, NOW)
ROWS = {"tags": {"dimension": "company_size", "anyOf": ["50_500"]}}


async def made(platform: Platform, **given: Any) -> tuple[ApiKey, str]:
    """Return a new key as it is checked, and its secret."""
    created = await create(platform, CreateKey(given.pop("name", "Li"), **given), BOSS)
    assert created.secret is not None
    found = await check_key(platform.database, created.secret, NOW)
    assert found == created.key
    return found, created.secret


async def test_a_key_has_its_own_roles_or_those_of_its_holder(platform: Platform) -> None:
    await save(platform, [Employee(key="li", name="Li"), Employee(key="wang", name="Wang")], NOW)
    await platform.database.write(
        lambda transaction: transaction.run(
            "MATCH (e:Employee {key: 'wang'}) SET e.roles = ['sales']"
        )
    )
    asked: list[tuple[tuple[str, ...], str | None, tuple[str, ...]]] = [
        ((), None, ("admin",)),
        ((), "li", ("marketer",)),
        ((), "wang", ("sales",)),
        (("analyst", "partner", "analyst"), None, ("analyst", "partner")),
        (("admin",), "wang", ("admin",)),
    ]
    for number, (roles, employee, expected) in enumerate(asked):
        key, _ = await made(platform, name=f"key {number}", roles=roles, employee=employee)
        assert (key.roles, key.own_roles, key.principal.roles) == (expected, bool(roles), expected)


async def test_a_key_of_an_employee_follows_the_roles_that_are_assigned_later(
    platform: Platform,
) -> None:
    await save(platform, [Employee(key="li", name="Li")], NOW)
    _, secret = await made(platform, employee="li")
    await platform.database.write(
        lambda transaction: transaction.run(
            "MATCH (e:Employee {key: 'li'}) SET e.roles = ['analyst']"
        )
    )
    assert (await check_key(platform.database, secret, NOW)).roles == ("analyst",)


async def test_the_roles_of_a_key_are_built_in_or_in_the_graph(platform: Platform) -> None:
    with pytest.raises(NotFound, match="no role has the key 'analist'") as told:
        await made(platform, roles=("analist",))
    assert "analyst" in told.value.hint
    await platform.database.write(
        lambda transaction: transaction.run("CREATE (:Role {key: 'regional'})")
    )
    key, _ = await made(platform, roles=("regional", "sales"))
    assert key.roles == ("regional", "sales")


async def test_the_rows_of_a_key_are_a_filter_that_is_checked_when_it_is_made(
    platform: Platform,
) -> None:
    key, _ = await made(platform, rows={"companySize": {"anyOf": ["P50_500"]}})
    assert key.rows == ROWS == key.principal.rows
    for wrong, said, where in (
        (
            {"tags": {"dimension": "company_sise", "anyOf": ["50_500"]}},
            "company_sise",
            "filter.tags",
        ),
        ({"nothing": {}}, "nothing", "filter"),
        (
            {"all": [ROWS, {"not": {"segment": {"key": "s"}}}]},
            "no saved segments",
            "filter.all[1].not.segment",
        ),
    ):
        with pytest.raises(InvalidFilter, match=said) as told:
            await made(platform, rows=wrong)
        assert told.value.where == where
    assert len(await list_keys(platform.database)) == 1


async def test_only_administrators_make_rotate_revoke_and_see_keys(platform: Platform) -> None:
    key, _ = await made(platform)
    other = CommandContext(Actor("Li", "li"), NOW)
    for work in (
        create(platform, CreateKey("mine"), other),
        rotate(platform, RotateKey(key.id, DAY), other),
        revoke(platform, RevokeKey(key.id), other),
        keys(platform, other.actor),
    ):
        with pytest.raises(Forbidden, match="no administrator"):
            await work
    assert await keys(platform, OPERATOR) == [key]


async def test_a_rotated_key_is_another_with_the_same_rights_and_the_old_one_ends_after_its_grace(
    platform: Platform,
) -> None:
    await save(platform, [Employee(key="li", name="Li")], NOW)
    old, secret = await made(
        platform, roles=("sales",), rows=ROWS, employee="li", expires_at=NOW + 90 * DAY
    )
    later = CommandContext(OPERATOR, NOW + 30 * DAY)
    rotated = await rotate(platform, RotateKey(old.id, DAY), later)
    assert rotated.secret is not None
    assert rotated.secret != secret
    assert rotated.key == replace(
        old, id=rotated.key.id, created_at=later.now, expires_at=later.now + 90 * DAY
    )
    assert (await check_key(platform.database, secret, NOW + 30 * DAY)).id == old.id
    with pytest.raises(Unauthenticated):
        await check_key(platform.database, secret, NOW + 31 * DAY)
    assert (await check_key(platform.database, rotated.secret, NOW + 31 * DAY)).id == rotated.key.id


async def test_the_grace_of_a_rotation_lengthens_no_key_and_ended_keys_are_not_rotated(
    platform: Platform,
) -> None:
    old, secret = await made(platform, expires_at=NOW + DAY)
    await rotate(platform, RotateKey(old.id, 5 * DAY), BOSS)
    with pytest.raises(Unauthenticated):
        await check_key(platform.database, secret, NOW + DAY)
    await revoke(platform, RevokeKey(old.id), BOSS)
    with pytest.raises(Conflict, match="it is revoked"):
        await rotate(platform, RotateKey(old.id, DAY), BOSS)
    with pytest.raises(NotFound):
        await rotate(platform, RotateKey("none", DAY), BOSS)


async def test_a_repeated_request_makes_no_second_key_and_shows_no_secret(
    platform: Platform,
) -> None:
    again = replace(BOSS, idempotency_key="1:a")
    first = await create(platform, CreateKey("Li"), again)
    second = await create(platform, CreateKey("Li"), again)
    assert first.secret is not None
    assert (second.key, second.secret) == (first.key, None)
    stored = await platform.database.read("MATCH (n) RETURN collect(properties(n)) AS all")
    assert first.secret not in repr(stored)


async def test_why_a_key_is_refused_is_for_the_log_alone(platform: Platform) -> None:
    revoked, secret = await made(platform)
    await revoke(platform, RevokeKey(revoked.id), BOSS)
    _, expired = await made(platform, expires_at=NOW + DAY)
    said = set()
    for shown, reason in (
        (secret, f"it is revoked (key {revoked.id})"),
        (expired, "it is expired"),
        ("pg_other", "unknown"),
    ):
        with pytest.raises(Unauthenticated) as told:
            await check_key(platform.database, shown, NOW + 2 * DAY)
        assert reason in told.value.reason
        assert shown not in told.value.reason
        said.add(str(told.value))
    assert len(said) == 1


async def test_the_day_of_the_last_use_is_written_once_an_hour_at_most(platform: Platform) -> None:
    key, _ = await made(platform)
    uses = RecordedUses(platform)
    await uses.round(NOW)
    assert (await list_keys(platform.database))[0].last_used_on is None
    hour = timedelta(hours=1)
    for moment, day in (
        (NOW, NOW.date()),
        (NOW + DAY - hour / 2, NOW.date() + DAY),
        (NOW + DAY, NOW.date() + DAY),
    ):
        uses.note(key.principal)
        await uses.round(moment)
        assert (await list_keys(platform.database))[0].last_used_on == day
    before = await publications(platform)
    uses.note(key.principal)
    await uses.round(NOW + 2 * DAY - hour)
    uses.note(key.principal)
    await uses.round(NOW + 2 * DAY - hour / 2)
    assert (await list_keys(platform.database))[0].last_used_on == (NOW + 2 * DAY - hour).date()
    assert await publications(platform) == before, "that a key is used changes no answer"


async def publications(platform: Platform) -> int:
    [row] = await platform.database.read("MATCH (c:Change) RETURN count(c) AS many")
    many: int = row["many"]
    return many


async def mark(platform: Platform, values: dict[str, Any]) -> None:
    await platform.database.write(
        lambda transaction: transaction.run(
            "MATCH (k:ApiKey {name: $name}) SET k.administrator = $administrator", values
        )
    )


async def test_keys_that_were_made_before_there_were_roles_may_what_they_might(
    platform: Platform,
) -> None:
    await save(platform, [Employee(key="li", name="Li"), Employee(key="wang", name="Wang")], NOW)
    before = {"machine": (None, False), "li": ("li", False), "wang": ("wang", True)}
    for name, (employee, administrator) in before.items():
        await create_key(platform.database, name, NOW, employee=employee)
        await mark(platform, {"name": name, "administrator": administrator})
    migrations = read_migrations(data_folder("schema") / "graph")
    [migration] = [one for one in migrations if one.name == "identity"]
    for _ in range(2):
        for statement in migration.statements:
            await platform.database.define(statement)
    found = {one.name: (one.roles, one.own_roles) for one in await list_keys(platform.database)}
    assert found == {
        "machine": (("admin",), False),
        "li": (("marketer",), False),
        "wang": (("admin",), True),
    }
    [row] = await platform.database.read(
        "MATCH (k:ApiKey) WHERE k.administrator IS NOT NULL RETURN count(k) AS marked"
    )
    assert row["marked"] == 0
