"""`profilegraph audit`, run as commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner, Result

from profilegraph.cli.main import app
from profilegraph.domain.audit import AuditActor, AuditEntry, AuditKind
from profilegraph.errors import InvalidInput
from profilegraph.services.audit.recording import append
from profilegraph.services.platform import Platform
from profilegraph.storage.neo4j.database import Database, Transaction
from tests.conftest import NOW

Command = Callable[..., Result]


@pytest.fixture
async def command(command_line: None, platform: Platform) -> Command:
    entries = [
        AuditEntry(AuditKind.CHANGE, "TagCustomers", NOW, AuditActor("crm", "k1", "li"), ("a",), 1),
        AuditEntry(
            AuditKind.EXPORT,
            "export",
            NOW + timedelta(hours=1),
            AuditActor("wang", "k2"),
            customer_count=200,
            customers_digest="d" * 64,
            targets=("segment:s",),
            code="COMPLETE",
        ),
        AuditEntry(
            AuditKind.DELIVERY,
            "sendMessage",
            NOW + timedelta(hours=2),
            AuditActor("outbox", on_behalf_of="wang"),
            targets=("webhook:w",),
            code="SENT",
        ),
    ]
    await append(platform, *entries)

    def run(*arguments: str, status: int = 0) -> Result:
        result = CliRunner(env={"COLUMNS": "250"}).invoke(app, ["audit", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == status
        return result

    return run


def operations(command: Command, *conditions: str) -> list[str]:
    listed = json.loads(command("list", "--json", *conditions).stdout)
    return [one["operation"] for one in listed]


def test_entries_are_listed_by_conditions(command: Command) -> None:
    assert operations(command) == ["sendMessage", "export", "TagCustomers"]
    assert operations(command, "--who", "wang") == ["sendMessage", "export"]
    assert operations(command, "--who", "k1") == operations(command, "--who", "li")
    assert operations(command, "--what", "EXPORT") == ["export"]
    assert operations(command, "--what", "TagCustomers", "--customer", "a") == ["TagCustomers"]
    assert operations(command, "--target", "webhook:w") == ["sendMessage"]
    since = (NOW + timedelta(hours=1)).isoformat()
    assert operations(command, "--since", since) == ["sendMessage", "export"]
    assert operations(command, "--until", since) == ["TagCustomers"]


def test_a_table_says_who_did_what_to_whom_and_that_there_is_more(command: Command) -> None:
    shown = command("list", "--first", "2")
    assert "outbox for wang" in shown.stdout
    assert "200 customers; segment:s" in shown.stdout
    assert "there are more" in shown.stderr
    about = command("list", "--customer", "a")
    assert "TagCustomers" in about.stdout
    assert "may be about this customer, too: 1" in about.stderr


def test_one_entry_as_json_has_all_that_is_known_of_it(command: Command) -> None:
    [told] = json.loads(command("list", "--json", "--what", "EXPORT").stdout)
    assert told | {"position": ""} == {
        "position": "",
        "at": (NOW + timedelta(hours=1)).isoformat(),
        "kind": "EXPORT",
        "operation": "export",
        "actor": "wang",
        "principal": "k2",
        "employee": None,
        "onBehalfOf": None,
        "customers": [],
        "customerCount": 200,
        "customersDigest": "d" * 64,
        "targets": ["segment:s"],
        "code": "COMPLETE",
    }


def test_a_sound_log_is_verified_and_its_newest_seal_can_be_noted(command: Command) -> None:
    text = command("verify").stdout
    assert "entries as they were written: 3; seals: 1; the newest seal: 1:" in text
    found = json.loads(command("verify", "--json").stdout)
    assert (found["sound"], found["entries"], found["faults"]) == (True, 3, [])
    command("verify", "--head", found["head"])
    told = command("verify", "--head", f"1:{'0' * 64}", status=1).stdout
    assert "HEAD_UNKNOWN: 1" in told
    with pytest.raises(InvalidInput):
        command("verify", "--head", "1:2")


async def tamper(database: Database) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.run("MATCH (e:AuditEntry {operation: 'export'}) SET e.code = 'BROKEN'")

    await database.write(work)


@pytest.fixture
async def tampered(command: Command, platform: Platform) -> Command:
    await tamper(platform.database)
    return command


def test_what_was_changed_is_named_and_the_exit_code_is_1(tampered: Command) -> None:
    [listed] = json.loads(tampered("list", "--json", "--what", "EXPORT").stdout)
    assert f"CHANGED: {listed['position']} (seal 1)" in tampered("verify", status=1).stdout
    found = json.loads(tampered("verify", "--json", status=1).stdout)
    assert found["faults"] == [{"kind": "CHANGED", "where": listed["position"], "seal": 1}]


def test_old_entries_are_deleted_and_the_rest_verifies(command: Command) -> None:
    command("verify")  # which seals them at the present moment
    with pytest.raises(InvalidInput):
        command("prune", "--before", "2999-01-01")
    assert "0 deleted" in command("prune", "--before", NOW.isoformat()).stdout
    assert "3 deleted" in command("prune", "--before", datetime.now(UTC).isoformat()).stdout
    assert operations(command) == ["pruneAudit"]
    assert json.loads(command("verify", "--json").stdout)["cut"] == 1
