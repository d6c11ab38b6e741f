"""`profilegraph key` and `profilegraph signin`, run as commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from profilegraph.cli.main import app
from profilegraph.domain.identity import BrowserSession
from profilegraph.domain.records.organisation import Employee
from profilegraph.errors import Conflict, InvalidInput, NotFound
from profilegraph.services.customers.records import save
from profilegraph.services.identity.sessions import begin_session
from profilegraph.services.platform import Platform
from tests.conftest import NOW

ROWS = {"tags": {"dimension": "company_size", "anyOf": ["50_500"]}}
Command = Callable[..., Result]


@pytest.fixture
async def command(command_line: None, platform: Platform) -> Command:
    await save(platform, [Employee(key="li", name="Li")], NOW)

    def run(*arguments: str) -> Result:
        result = CliRunner(env={"COLUMNS": "250"}).invoke(app, arguments)
        if result.exception is not None:
            raise result.exception
        return result

    return run


def listed(command: Command) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(command("key", "list", "--json").stdout)
    return found


def test_a_key_is_made_with_roles_and_rows_and_it_is_said_which(
    command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(ROWS), "utf-8")
    made = command(
        *("key", "create", "Li", "--employee", "li", "--role", "sales", "--role", "analyst"),
        *("--rows", str(file), "--days", "30"),
    )
    assert "It has the roles: sales, analyst, narrowed to some customers." in made.stderr
    [key] = listed(command)
    assert (key["roles"], key["ownRoles"], key["rows"]) == (["sales", "analyst"], True, ROWS)
    assert (key["employee"], key["lastUsedOn"]) == ("li", None)
    usual = command("key", "create", "Li", "--employee", "li", "--rows", json.dumps(ROWS))
    assert "It has the roles: marketer, those of the employee, narrowed" in usual.stderr


def test_a_key_of_what_does_not_exist_is_not_made(command: Command) -> None:
    for wrong, error in (
        (("--role", "analist"), NotFound),
        (("--rows", "no_file.json"), InvalidInput),
        (("--rows", "[]"), InvalidInput),
        (("--rows", '{"nothing": {}}'), InvalidInput),
    ):
        with pytest.raises(error):
            command("key", "create", "Li", *wrong)
    assert listed(command) == []


def test_a_key_is_rotated_and_revoked(command: Command) -> None:
    command("key", "create", "CRM")
    [old] = listed(command)
    rotated = command("key", "rotate", old["id"], "--grace-hours", "2")
    assert rotated.stdout.startswith("pg_")
    assert "The old one ends in 2 h." in rotated.stderr
    ended, new = listed(command)
    assert ended["id"] == old["id"]
    assert ended["expiresAt"] is not None
    assert (new["name"], new["expiresAt"], new["state"]) == ("CRM", None, "good")
    command("key", "revoke", new["id"])
    assert listed(command)[1]["state"].startswith("revoked")
    with pytest.raises(Conflict):
        command("key", "rotate", new["id"])


def test_a_link_is_made_for_an_employee(command: Command) -> None:
    made = command("signin", "link", "--employee", "li", "--minutes", "5")
    assert made.stdout.startswith("http://127.0.0.1:8080/signin/")
    assert "within 5 minutes" in made.stderr
    with pytest.raises(NotFound):
        command("signin", "link", "--employee", "nobody")
    assert "0 sessions ended" in command("signin", "end", "--employee", "li").stdout
    with pytest.raises(NotFound):
        command("signin", "end", "none")


def test_the_address_of_a_link_is_that_of_the_deployment(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFILEGRAPH_PUBLIC_URL", "https://crm.example.com/")
    made = command("signin", "link", "--employee", "li")
    assert made.stdout.startswith("https://crm.example.com/signin/")


@pytest.fixture
async def session(command: Command, platform: Platform) -> BrowserSession:
    """A session of Li that goes on by the clock of the commands."""
    now = datetime.now(UTC)
    begun = await begin_session(platform, "li", now, "https://login.example.com", ["analyst"])
    return begun.session


def test_sessions_are_listed_and_ended(command: Command, session: BrowserSession) -> None:
    [listed] = json.loads(command("signin", "list", "--json").stdout)
    assert (listed["id"], listed["employee"], listed["roles"]) == (session.id, "li", ["analyst"])
    shown = command("signin", "list").stdout
    assert all(one in shown for one in (session.id, "analyst", "https://login.example.com"))
    assert "1 session ended" in command("signin", "end", session.id).stdout
    assert json.loads(command("signin", "list", "--json").stdout) == []
