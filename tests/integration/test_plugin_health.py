"""Whatever plugins do, the platform serves; `/ready`, `/metrics`, doctor and the log name each."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import typer
from typer.testing import CliRunner

from profilegraph.cli.commands import COMMANDS
from profilegraph.cli.main import app as cli
from profilegraph.cli.plugins.contributed import plugin_commands
from profilegraph.config import Settings
from profilegraph.embedded.server import RunningServer
from profilegraph.errors import DatabaseUnavailable, InvalidConfiguration, PluginError
from profilegraph.hooks import Command, TagsChanged, hookimpl
from profilegraph.hooks.commands import OWN
from profilegraph.hooks.hosting.host import CORE, Candidate, Host, build_host
from profilegraph.services.identity.keys import create_key
from profilegraph.services.operations.doctor import Health, HealthFinding, examine
from profilegraph.services.platform import Address, Platform
from profilegraph.services.plugins.listeners import ListenerQueue
from profilegraph.services.taxonomies.loading import load_taxonomies
from profilegraph.storage.neo4j.database import Database
from profilegraph.web.operations.logs import configure_logging
from profilegraph.web.service import platform_app
from tests.conftest import NOW
from tests.conftest import quick as usual
from tests.support.installed import BROKEN, install
from tests.support.plugins import host_of, with_plugins


class Deaf:
    """Fails whenever it is told something."""

    @hookimpl
    def on_tags_changed(self, change: TagsChanged) -> None:
        raise ConnectionError(" ".join(("138", "0013", "8000")))  # as libraries quote values


class Misspelt:
    @hookimpl
    def on_tag_changed(self, change: object) -> None: ...


class Newer:
    profilegraph_api = ">=7"

    @hookimpl
    def register_models(self) -> Sequence[Any]:
        return []


def broken_host() -> Host:
    """Return the host of the platform, a sound listener that fails later, and plugins at fault."""
    candidates = [CORE, Candidate("deaf", Deaf()), Candidate("misspelt", Misspelt())]
    return build_host([*candidates, Candidate("newer", Newer(), "acme-newer", "2.0")])


@pytest.fixture
def log() -> Iterator[StringIO]:
    stream = StringIO()
    configure_logging(stream)
    yield stream
    structlog.reset_defaults()


async def get(platform: Platform, path: str) -> httpx.Response:
    key = await create_key(platform.database, "operator", NOW)
    transport = httpx.ASGITransport(platform_app(platform, lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        return await client.get(path, headers={"Authorization": f"Bearer {key}"})


async def test_ready_and_metrics_name_what_is_out_of_use_and_what_fails(
    platform: Platform, log: StringIO
) -> None:
    host = broken_host()
    listening = ListenerQueue(host.listeners, host.guard)
    platform = replace(platform, host=host, listening=listening)
    ready = await get(platform, "/ready")
    assert ready.status_code == 200
    assert ready.json()["checks"]["plugins"] == "out of use: misspelt, newer"
    listening._queues[0].put(TagsChanged(NOW))
    await listening.close()
    ready = await get(platform, "/ready")
    told = "out of use: misspelt, newer; failing: deaf (on_tags_changed)"
    assert ready.json()["checks"]["plugins"] == told
    [line] = [json.loads(one) for one in log.getvalue().splitlines() if "plugin_failed" in one]
    assert (line["plugin"], line["part"]) == ("deaf", "on_tags_changed")
    assert "138 0013 8000" not in log.getvalue()


async def test_metrics_count_faults_failures_and_what_was_missed(platform: Platform) -> None:
    host = broken_host()
    listening = ListenerQueue(host.listeners, host.guard)
    listening._queues[0].put(TagsChanged(NOW))
    await listening.close()
    figures = (await get(replace(platform, host=host, listening=listening), "/metrics")).text
    assert "profilegraph_plugin_faults 2.0" in figures
    part = '{part="on_tags_changed",plugin="deaf"}'
    assert f"profilegraph_plugin_failures_total{part} 1.0" in figures
    assert f"profilegraph_listener_missed_total{part} 1.0" in figures


async def examined(
    settings: Settings, address: Address | DatabaseUnavailable, host: Host, **environment: str
) -> list[HealthFinding]:
    return await examine(settings, environment, address, host, NOW)


def named(found: list[HealthFinding], part: str) -> list[tuple[Health, str]]:
    return [(one.health, one.message) for one in found if one.part == part]


async def test_doctor_finds_a_sound_platform_sound(
    settings: Settings, server: RunningServer, platform: Platform
) -> None:
    address = Address(server.uri, server.user, server.password)
    quiet = settings.model_copy(update={"port": 1})
    host = replace(platform.host, brought=tuple(usual(platform.host.taxonomies)))
    found = await examined(quiet, address, host, PROFILEGRAPH_PORT="1")
    assert [one.part for one in found] == [
        "settings", "plugins", "database", "schema", "deployment", "taxonomies", "records", "outbox",
        "index", "server",
    ]  # fmt: skip
    assert [one for one in found if one.health is not Health.SOUND] == []


async def test_doctor_names_each_plugin_and_setting_that_is_wrong(
    settings: Settings, server: RunningServer, database: Database
) -> None:
    address = Address(server.uri, server.user, server.password)
    host = broken_host()
    quiet = settings.model_copy(update={"port": 1})
    found = await examined(quiet, address, host, PROFILEGRAPH_PROT="1")
    assert named(found, "settings") == [(Health.IMPAIRED, "PROFILEGRAPH_PROT is no setting")]
    assert found[0].hint == "Did you mean PROFILEGRAPH_PORT?"
    plugins = named(found, "plugins")
    assert [told.partition(":")[0] for _, told in plugins] == ["misspelt", "newer", "2 work"]
    assert "needs version >=7 of the plugin API" in plugins[1][1]
    [taxonomies] = named(found, "taxonomies")
    assert taxonomies[0] is Health.IMPAIRED
    await load_taxonomies(database, host.taxonomies)
    [taxonomies] = named(await examined(quiet, address, host), "taxonomies")
    assert taxonomies[0] is Health.SOUND


async def test_doctor_tells_of_a_database_that_is_away_and_of_an_old_schema(
    settings: Settings, server: RunningServer, database: Database
) -> None:
    host = build_host([CORE])
    away = DatabaseUnavailable("none answers.", hint="Start it.")
    found = await examined(settings, away, host)
    assert (found[-1].part, found[-1].health, found[-1].hint) == (
        "database", Health.BROKEN, "Start it.",
    )  # fmt: skip
    address = Address("bolt://127.0.0.1:1", "neo4j", "x")
    assert (await examined(settings, address, host))[-1].health is Health.BROKEN
    await database.write(
        lambda transaction: transaction.run(
            "MATCH (m:Migration {number: 12}) SET m:Away REMOVE m:Migration"
        )
    )
    try:
        address = Address(server.uri, server.user, server.password)
        foreign = settings.model_copy(update={"neo4j_uri": server.uri, "port": 1})
        [schema] = named(await examined(foreign, address, host), "schema")
        assert schema[0] is Health.BROKEN
    finally:
        await database.write(
            lambda transaction: transaction.run("MATCH (m:Away) SET m:Migration REMOVE m:Away")
        )


async def test_doctor_reads_what_a_server_says_of_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, server: RunningServer, platform: Platform
) -> None:
    states = {"database": "ok", "index": "building", "plugins": "failing: deaf (on_tags_changed)"}

    async def ready(*_: object) -> httpx.Response:
        return httpx.Response(200, json={"checks": states})

    monkeypatch.setattr(httpx.AsyncClient, "get", ready)
    address = Address(server.uri, server.user, server.password)
    found = await examined(settings, address, platform.host)
    told = "plugins: failing: deaf (on_tags_changed)"
    assert named(found, "server") == [(Health.IMPAIRED, told)]


def test_doctor_ends_with_1_only_where_the_platform_cannot_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = [HealthFinding("plugins", Health.IMPAIRED, "acme: [no] licence", "Buy one.")]

    async def examine(*_: object) -> list[HealthFinding]:
        return found

    monkeypatch.setattr("profilegraph.services.operations.doctor.examine", examine)
    monkeypatch.setenv("PROFILEGRAPH_HOME", str(tmp_path))
    monkeypatch.setattr(
        "profilegraph.services.platform.locate", lambda *_: Address("bolt://x", "neo4j", "x")
    )
    result = CliRunner().invoke(cli, ["doctor"])
    assert (result.exit_code, result.stdout) == (
        0, "warning plugins: acme: [no] licence\n        Buy one.\n",
    )  # fmt: skip
    found.append(HealthFinding("database", Health.BROKEN, "none answers"))
    assert CliRunner().invoke(cli, ["doctor"]).exit_code == 1


class Greeter:
    def __init__(self, app: typer.Typer, name: str = "greet") -> None:
        self.command = Command(name, app)

    @hookimpl
    def register_commands(self) -> Sequence[Command]:
        return [self.command]


def greeting() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def hello(name: str) -> None:
        typer.echo(f"Hello {name}.")

    @app.command()
    def fail() -> None:
        raise ZeroDivisionError("one by none")

    @app.command()
    def refuse() -> None:
        raise InvalidConfiguration("no licence.")

    return app


def run(host: Host, *arguments: str) -> str:
    app = typer.Typer()
    app.command("serve")(lambda: typer.echo("serving"))
    app.command("db")(lambda: None)
    with plugin_commands(app, arguments, lambda: host):
        result = CliRunner().invoke(app, list(arguments))
        if result.exception is not None:
            raise result.exception
        return result.stdout


def test_a_plugin_s_command_is_one_of_the_platform_s() -> None:
    host = host_of(acme=Greeter(greeting()))
    assert run(host, "greet", "hello", "Li") == "Hello Li.\n"
    assert "hello" in run(host, "greet", "--help")


def test_what_a_plugin_s_command_raises_is_named_unless_it_is_meant() -> None:
    host = host_of(acme=Greeter(greeting()))
    with pytest.raises(PluginError, match=r"'greet' of the plugin 'acme' failed: ZeroDivision"):
        run(host, "greet", "fail")
    with pytest.raises(InvalidConfiguration, match="no licence"):
        run(host, "greet", "refuse")


def test_the_platform_s_own_commands_load_no_plugin_and_are_nobody_else_s() -> None:
    def load() -> Host:
        raise AssertionError("plugins were loaded")

    with plugin_commands(typer.Typer(), ["serve"], load):
        pass
    host = build_host([Candidate("acme", Greeter(greeting(), name="serve"))])
    assert "the platform has a command 'serve' of its own" in host.faults[0].reason


def test_the_names_of_the_platform_s_own_commands_are_those_of_the_command_line() -> None:
    assert {one.name for one in COMMANDS} == OWN


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Distributions with entry points, as an installer leaves them, in front of all others."""
    install(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    for name in BROKEN:
        monkeypatch.delitem(sys.modules, f"plug_{name}", raising=False)


@pytest.mark.usefixtures("installed")
def test_plugin_list_names_each_installed_plugin_and_what_is_wrong_with_it() -> None:
    shown = CliRunner().invoke(cli, ["plugin", "list"], env={"COLUMNS": "200"}).stdout
    assert "deaf" in shown
    assert "plug-deaf" in shown
    assert "FAULT raising (plug-raising): cannot be imported from plug_raising: ZeroDi" in shown
    assert "FAULT misspelt (plug-misspelt): unknown hook 'register_modles'" in shown
    assert "FAULT newer (plug-newer): needs version >=7 of the plugin API" in shown


async def test_a_platform_with_plugins_of_a_test_has_no_faults(platform: Platform) -> None:
    assert with_plugins(platform, deaf=Deaf()).host.faults == ()
