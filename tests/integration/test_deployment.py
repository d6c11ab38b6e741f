"""What belongs to a graph is kept in it, and every process goes by it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.cli.terminal.running import parse_moment
from profilegraph.config import Settings, load_settings
from profilegraph.domain.deployment import Deployment
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind
from profilegraph.embedded.server import RunningServer
from profilegraph.errors import Conflict, InvalidConfiguration, InvalidInput, NotFound
from profilegraph.services.customers.profiles import find_by_identity
from profilegraph.services.customers.records import save
from profilegraph.services.operations import deployment
from profilegraph.services.operations.doctor import Health, examine
from profilegraph.services.platform import Address, Platform
from profilegraph.storage.deployment import read_deployment
from profilegraph.storage.imports import ImportIdentity, advance_import, begin_import
from profilegraph.storage.neo4j.database import Database
from tests.conftest import NOW

DOLLARS = {"currency": "USD", "phone_region": "US", "timezone": "America/New_York"}


def process(**given: str) -> Settings:
    return load_settings(**given)


async def with_a_purchase(platform: Platform) -> None:
    at = datetime(2026, 2, 1, tzinfo=UTC)
    purchase = Event(key="E", customer="C", type="purchase", at=at, amount="100")
    await save(platform, [Customer(key="C"), purchase], NOW)


async def test_the_first_start_keeps_what_it_is_set_to_and_others_go_by_that(
    database: Database,
) -> None:
    first = await deployment.keep(database, process(**DOLLARS), NOW)
    assert first == Deployment(**DOLLARS)
    assert await deployment.keep(database, process(), NOW) == first
    assert await read_deployment(database) == first


async def test_a_process_that_is_set_to_something_else_is_refused(platform: Platform) -> None:
    await deployment.keep(platform.database, process(**DOLLARS), NOW)
    await with_a_purchase(platform)
    with pytest.raises(
        InvalidConfiguration, match="PROFILEGRAPH_CURRENCY is CNY, and this graph's is USD"
    ) as refused:
        await deployment.keep(platform.database, process(currency="CNY"), NOW)
    assert "profilegraph settings change --currency CNY" in refused.value.hint
    kept = await deployment.keep(platform.database, process(phone_region="US"), NOW)
    assert kept == Deployment(**DOLLARS)


async def test_before_the_first_customer_what_is_chosen_on_purpose_replaces_what_is_kept(
    database: Database,
) -> None:
    await deployment.keep(database, process(), NOW)
    kept = await deployment.keep(database, process(currency="EUR"), NOW)
    assert kept == Deployment("EUR", "CN", "UTC")
    assert await deployment.keep(database, process(), NOW) == kept


async def test_a_change_says_what_it_means_and_reaches_processes_that_run(
    platform: Platform,
) -> None:
    await deployment.keep(platform.database, process(**DOLLARS), NOW)
    await platform.known()
    await with_a_purchase(platform)
    number = {"kind": IdentityKind.PHONE, "value": "(415) 555-5938", "customer": "C"}
    await save(platform, [Identity(**number)], NOW)
    given = {"currency": "EUR", "phone_region": "DE", "timezone": "Europe/Berlin"}
    planned = await deployment.plan(platform.database, {**given})
    money, phones = planned.meaning
    assert "1 amounts (1 of events, 0 of opportunities) are USD now" in money
    assert "nothing is converted" in money
    assert phones.startswith("1 phone numbers stay as they are")
    assert (await read_deployment(platform.database)) == Deployment(**DOLLARS)
    await deployment.change(platform.database, planned, NOW)
    await platform.known()
    assert platform.deployment == Deployment(**given)
    assert platform.context(datetime(2026, 1, 31, 23, 30, tzinfo=UTC)).today.day == 1
    assert await find_by_identity(platform, IdentityKind.PHONE, "(415) 555-5938", "US") == "C"
    with pytest.raises(InvalidInput, match=r"phone number|another country's"):
        await find_by_identity(platform, IdentityKind.PHONE, "(415) 555-5938")


async def test_an_import_under_way_ends_when_the_settings_change(database: Database) -> None:
    await deployment.keep(database, process(), NOW)
    identity = ImportIdentity("key", "events", "x.csv", "content", "CNY")
    before = await begin_import(database, identity, "x.rejected.csv", again=False, now=NOW)
    planned = await deployment.plan(database, {"currency": "USD"})
    assert planned.meaning == (
        "1 imports are not finished: they begin anew when they are given again.",
    )
    await deployment.change(database, planned, NOW)
    with pytest.raises(Conflict, match="settings of the graph were changed"):
        await database.write(lambda transaction: advance_import(transaction, before, before))


async def test_a_change_of_nothing_or_before_the_first_start_is_refused(
    database: Database,
) -> None:
    with pytest.raises(NotFound, match="keeps no settings yet"):
        await deployment.plan(database, {"currency": "USD"})
    await deployment.keep(database, process(), NOW)
    with pytest.raises(InvalidInput, match="nothing would change"):
        await deployment.plan(database, {"currency": "CNY", "timezone": None})


async def test_doctor_finds_a_process_that_is_set_otherwise(
    platform: Platform, server: RunningServer
) -> None:
    address = Address(server.uri, server.user, server.password)

    async def found(**given: Any) -> tuple[Health, str]:
        findings = await examine(process(**given), {}, address, platform.host, NOW)
        [one] = [one for one in findings if one.part == "deployment"]
        return one.health, one.message

    assert await found() == (
        Health.SOUND,
        "are kept in the graph when the platform first starts",
    )
    await deployment.keep(platform.database, process(**DOLLARS), NOW)
    assert await found() == (
        Health.SOUND,
        "amounts in USD, phones of US, days of America/New_York",
    )
    health, told = await found(timezone="Asia/Shanghai")
    assert (health, "PROFILEGRAPH_TIMEZONE is Asia/Shanghai" in told) == (Health.BROKEN, True)


@pytest.fixture
def commands(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEO4J_URI", server.uri)
    monkeypatch.setenv("NEO4J_USER", server.user)
    monkeypatch.setenv("NEO4J_PASSWORD", server.password)


@pytest.fixture
async def priced(platform: Platform) -> Platform:
    """A graph in dollars with a purchase of 100."""
    await deployment.keep(platform.database, process(**DOLLARS), NOW)
    await with_a_purchase(platform)
    return platform


@pytest.mark.usefixtures("commands", "priced")
def test_the_commands_show_and_change_what_the_graph_keeps() -> None:
    def told(*arguments: str, given: str = "") -> str:
        result = CliRunner().invoke(app, ["settings", *arguments], input=given)
        return result.output

    assert "USD" in told("show")
    refused = told("change", "--currency", "EUR", given="n\n")
    assert "nothing is converted" in " ".join(refused.split())
    assert "USD" in told("show")
    assert "EUR" in told("change", "--currency", "EUR", "--yes")
    assert "EUR" in told("show")
    # A moment without a zone is in the graph's, whatever the shell says.
    assert parse_moment("2026-01-31") == datetime(2026, 1, 31, 5, tzinfo=UTC)
