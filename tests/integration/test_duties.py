"""Duties against a genuine graph: keys of employees, races, dimensions with another name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.domain.commands import CommandContext
from profilegraph.domain.duties import OPERATOR, Actor
from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.records.organisation import Employee, Team
from profilegraph.domain.taxonomy.definition import Duty, Taxonomy
from profilegraph.errors import Forbidden, NotFound, Unauthenticated
from profilegraph.services import duties
from profilegraph.services.customers.records import save
from profilegraph.services.duties import AssignDuty, EndLoan, LendDuty
from profilegraph.services.identity.keys import check_key, create_key, list_keys
from profilegraph.services.platform import Platform
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.neo4j.database import Transaction
from tests.conftest import NOW

LI = Actor("Li", "li")
WANG = Actor("Wang", "wang")
BOSS = CommandContext(OPERATOR, NOW)
LATER = NOW + timedelta(days=1)


@pytest.fixture
async def office(platform: Platform) -> Platform:
    """Li is in sales and Wang in marketing."""
    records = [
        Team(key="sales"),
        Team(key="marketing"),
        Employee(key="li", team="sales"),
        Employee(key="wang", team="marketing"),
    ]
    await save(platform, records, NOW)
    return platform


async def require(
    platform: Platform, actor: Actor, duty: Duty = Duty.TAG, dimension: str = "temperature"
) -> None:
    await platform.database.write(
        lambda transaction: duties.require(platform, transaction, actor, duty, [dimension], NOW)
    )


async def lend(platform: Platform, dimension: str = "temperature") -> str:
    loan = await duties.lend(platform, LendDuty(dimension, Duty.TAG, LATER, "wang", None), BOSS)
    return loan.key


async def test_a_key_is_an_employees_or_a_machines(office: Platform) -> None:
    database = office.database
    for employee, roles in (("li", ()), ("wang", ("admin",)), (None, ())):
        secret = await create_key(
            database, f"key of {employee}", NOW, employee=employee, roles=roles
        )
        actor = (await check_key(database, secret, NOW)).principal.actor
        assert actor == Actor(f"key of {employee}", employee, employee != "li")


async def test_a_key_of_nobody_is_not_made(office: Platform) -> None:
    with pytest.raises(NotFound, match="no employee has the key 'nobody'"):
        await create_key(office.database, "k", NOW, employee="nobody")
    assert await list_keys(office.database) == []


async def test_a_key_whose_employee_is_gone_opens_nothing(office: Platform) -> None:
    secret = await create_key(office.database, "Li", NOW, employee="li", roles=["admin"])
    await office.database.write(
        lambda transaction: transaction.run("MATCH (e:Employee {key: 'li'}) DETACH DELETE e")
    )
    with pytest.raises(Unauthenticated):
        await check_key(office.database, secret, NOW)


async def somebody_waits(platform: Platform) -> bool:
    """Return whether a transaction waits for the lock of another one, as the database says."""
    rows = await platform.database.read(
        "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*) AS many"
    )
    return bool(rows[0]["many"])


async def test_a_loan_that_is_relied_on_ends_after_what_rests_on_it(office: Platform) -> None:
    key = await lend(office)
    relied_on, go_on = asyncio.Event(), asyncio.Event()

    async def work(transaction: Transaction) -> None:
        await duties.require(office, transaction, WANG, Duty.TAG, ["temperature"], NOW)
        relied_on.set()
        await go_on.wait()

    resting = asyncio.create_task(office.database.write(work))
    await relied_on.wait()
    ending = asyncio.create_task(duties.end(office, EndLoan(key), BOSS))
    async with asyncio.timeout(60):
        while not await somebody_waits(office):
            assert not ending.done()
    go_on.set()
    await resting
    assert (await ending).ended_at == NOW
    with pytest.raises(Forbidden):
        await require(office, WANG)


async def test_a_dimension_with_another_name_keeps_its_loans_and_assignments(
    office: Platform,
) -> None:
    await lend(office)
    await duties.assign(office, AssignDuty("temperature", Duty.CLEAN, "marketing"), BOSS)
    core = next(one for one in (await office.catalogue()).taxonomies if one.key == "b2b_core")
    definition = core.model_dump(by_alias=True, exclude_none=True)
    warmth = next(one for one in definition["dimensions"] if one["key"] == "temperature")
    warmth |= {"key": "warmth", "aliases": ["temperature"]}
    await load_taxonomies(office.database, [Taxonomy.model_validate(definition)])
    for name in ("warmth", "temperature"):
        await require(office, WANG, Duty.TAG, name)
        await require(office, WANG, Duty.CLEAN, name)
        await require(office, LI, Duty.TAG, name)
        with pytest.raises(Forbidden):
            await require(office, LI, Duty.CLEAN, name)
    assert [one.dimension for one in await duties.loans(office, NOW, "warmth")] == ["warmth"]
    await duties.assign(office, AssignDuty("warmth", Duty.CLEAN, None), BOSS)
    with pytest.raises(Forbidden):
        await require(office, WANG, Duty.CLEAN, "warmth")


async def test_a_dimension_that_no_taxonomy_has_is_the_administrators(office: Platform) -> None:
    await require(office, OPERATOR, Duty.PLAN, "mood")
    with pytest.raises(Forbidden, match="for administrators, since no team is named"):
        await require(office, LI, Duty.PLAN, "mood")


@pytest.fixture
def command(office: Platform, command_line: None) -> Callable[..., str]:
    """Runs a command; what it failed of is raised."""

    def run(*arguments: str) -> str:
        result = CliRunner(env={"COLUMNS": "250"}).invoke(app, arguments)
        if result.exception is not None:
            raise result.exception
        return result.output

    return run


def test_commands_assign_lend_and_end_duties(command: Callable[..., str]) -> None:
    def line(locale: str) -> list[str]:
        listed = command("duty", "list", "--locale", locale).splitlines()
        [found] = [one for one in listed if "temperature" in one]
        return [cell.strip() for cell in found.strip("│").split("│")]

    assert line("zh") == [
        "temperature",
        "冷热",
        "marketing",
        "sales",
        "sales_operations",
        "marketing",
    ]
    assert command("duty", "assign", "temperature", "tag", "marketing") == (
        "tag in temperature: marketing*\n"
    )
    assert line("en")[1:4] == ["Temperature", "marketing", "marketing*"]
    assert command("duty", "assign", "temperature", "tag") == "tag in temperature: sales\n"
    until = "2100-01-01T00:00:00+00:00"
    lent = command("duty", "lend", "temperature", "tag", "--employee", "wang", "--until", until)
    key = lent.split()[0]
    assert lent == f"{key} lends tag in temperature until 2100-01-01 00:00\n"
    assert "holds" in command("duty", "loans", "--dimension", "temperature")
    assert command("duty", "end", key) == f"{key} is ended\n"
    assert key not in command("duty", "loans")
    assert "ended" in command("duty", "loans", "--ended")


@pytest.fixture
async def stale(office: Platform) -> None:
    """A customer who was last heard of, and given a pain, in the year 2000."""
    then = datetime(2000, 1, 1, tzinfo=UTC)
    visit = Event(key="e", customer="old", type="download", at=then)
    forever = datetime(2200, 1, 1, tzinfo=UTC)
    tag = Tagging(customer="old", tag="pains/no_integration", since=then, until=forever)
    await save(office, [Customer(key="old"), visit, tag], then)


def test_a_command_closes_what_is_stale(stale: None, command: Callable[..., str]) -> None:
    frozen = "0 taggings are closed, 1 kept by frozen customers\n"
    assert command("duty", "clean", "pains") == frozen
    clean = ("duty", "clean", "pains", "--frozen", "36500")
    kept = "0 kept by frozen customers\n"
    assert command(*clean, "--older-than", "36500") == f"0 taggings are closed, {kept}"
    assert command(*clean, "--dry-run") == f"1 taggings would be closed, {kept}"
    assert command(*clean) == f"1 taggings are closed, {kept}"
    assert command(*clean) == f"0 taggings are closed, {kept}"


def test_commands_make_keys_of_employees(command: Callable[..., str]) -> None:
    command("key", "create", "Li Lei", "--employee", "li")
    command("key", "create", "Wang Fang", "--employee", "wang", "--role", "admin")
    command("key", "create", "CRM")
    rows = {
        cells[1]: cells[2:4]
        for one in command("key", "list").splitlines()
        if len(cells := [cell.strip() for cell in one.strip("│").split("│")]) > 4
    }
    assert rows == {
        "Li Lei": ["li", "marketer"],
        "Wang Fang": ["wang", "admin"],
        "CRM": ["none: a machine's", "admin"],
    }
    with pytest.raises(NotFound):
        command("key", "create", "Nobody", "--employee", "nobody")
