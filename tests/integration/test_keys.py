"""API keys."""

from __future__ import annotations

from datetime import timedelta

import pytest

from profilegraph.domain.records.organisation import Employee
from profilegraph.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from profilegraph.services.customers.records import save
from profilegraph.services.keys import check_key, create_key, list_keys, revoke_key
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database
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
