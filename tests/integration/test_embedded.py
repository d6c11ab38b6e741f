"""The embedded server for real: who starts it, who dies, and what is there afterwards."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError
from typer.testing import CliRunner

from profilegraph.cli.main import app
from profilegraph.config import Settings, load_settings
from profilegraph.embedded import downloads
from profilegraph.embedded import server as server_module
from profilegraph.embedded.home import Home
from profilegraph.embedded.launch import CHILD_MODULE
from profilegraph.embedded.server import RunningServer, reset, start, status, stop, store_size
from profilegraph.errors import (
    EmbeddedDataNewer,
    EmbeddedJarsUnreachable,
    EmbeddedMemory,
    EmbeddedPasswordLost,
    EmbeddedPortTaken,
)

# A parent that is killed just when it has started the server's process and waits for its word.
DIES_WHILE_IT_STARTS = """
import os, signal, sys
from profilegraph.config import load_settings
from profilegraph.embedded import process, server
process._require_ready = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
server.start(load_settings(home=sys.argv[1]))
"""
STARTS = """
import sys
from profilegraph.config import load_settings
from profilegraph.embedded.server import start
print(start(load_settings(home=sys.argv[1])).pid)
"""
# It says a number only when the server has acknowledged the write of it.
WRITES = """
import sys
from neo4j import GraphDatabase
from profilegraph.config import load_settings
from profilegraph.embedded.server import start
server = start(load_settings(home=sys.argv[1]))
with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
    for n in range(1_000_000):
        driver.execute_query("CREATE (:ByParent {n: $n})", n=n)
        print(n, flush=True)
"""
ENOUGH = 50


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = load_settings(home=tmp_path_factory.mktemp("embedded") / "home", neo4j_uri=None)
    dying = subprocess.run([sys.executable, "-c", DIES_WHILE_IT_STARTS, str(settings.home)])
    assert dying.returncode == -9
    yield settings
    stop(settings)


@pytest.fixture
def server(settings: Settings) -> RunningServer:
    return start(settings)


def connect(server: RunningServer) -> Driver:
    return GraphDatabase.driver(server.uri, auth=(server.user, server.password))


def numbers(server: RunningServer, label: str) -> set[int]:
    with connect(server) as driver:
        found = driver.execute_query("MATCH (x) WHERE $label IN labels(x) RETURN x.n", label=label)
    return {record[0] for record in found.records}


def processes(home: Path) -> list[int]:
    """The ids of all processes that run a server from `home`."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if {CHILD_MODULE, str(home)} <= set(process.info["cmdline"] or ())
    ]


def test_all_who_start_at_once_get_the_server_of_a_parent_that_was_killed(
    settings: Settings,
) -> None:
    orphans = processes(settings.home)
    command = [sys.executable, "-c", STARTS, str(settings.home)]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    ours = start(settings)
    theirs = [int(other.communicate()[0]) for other in others]
    assert theirs == [ours.pid, ours.pid]
    assert processes(ours.home) == orphans == [ours.pid]


def test_a_second_start_reuses_the_running_server(
    settings: Settings, server: RunningServer
) -> None:
    assert start(settings) == server == status(settings)


def test_the_server_asks_for_the_password(server: RunningServer) -> None:
    with connect(server) as driver:
        driver.verify_connectivity()
    for wrong in ("neo4j", ""):
        with (
            GraphDatabase.driver(server.uri, auth=(server.user, wrong)) as driver,
            pytest.raises((AuthError, ClientError)),
        ):
            driver.verify_connectivity()


def test_the_server_listens_on_loopback_alone(server: RunningServer) -> None:
    sockets = psutil.Process(server.pid).net_connections()
    open_to = {s.laddr.ip for s in sockets if s.type.name == "SOCK_DGRAM" or s.status == "LISTEN"}
    assert {address.removeprefix("::ffff:") for address in open_to} == {"127.0.0.1"}


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/x.csv", "file:///etc/hostname"])
def test_a_query_reads_no_address_and_no_file(server: RunningServer, address: str) -> None:
    with connect(server) as driver, pytest.raises(ClientError, match="configuration property"):
        driver.execute_query("LOAD CSV FROM $address AS row RETURN row", address=address)


@pytest.mark.parametrize(
    "setting",
    [
        "client.allow_telemetry",
        "dbms.fleet_manager.enabled",
        "dbms.usage_report.enabled",
        "server.bolt.telemetry.enabled",
        "server.fleet_discovery.enabled",
    ],
)
def test_the_server_tells_nobody_about_itself(server: RunningServer, setting: str) -> None:
    with connect(server) as driver:
        found = driver.execute_query("CALL dbms.listConfig($name) YIELD value", name=setting)
    assert [record["value"] for record in found.records] == ["false"]


def test_the_server_outlives_its_user_and_keeps_what_it_acknowledged(
    settings: Settings, server: RunningServer
) -> None:
    command = [sys.executable, "-c", WRITES, str(settings.home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = {int(writer.stdout.readline()) for _ in range(ENOUGH)}
        writer.kill()
        acknowledged |= {int(line) for line in writer.stdout}
    assert status(settings) == server
    assert acknowledged <= numbers(server, "ByParent")


def test_a_killed_server_has_kept_what_it_acknowledged(
    settings: Settings, server: RunningServer
) -> None:
    acknowledged: list[int] = []
    enough = Event()

    def write_until_it_dies() -> None:
        with connect(server) as driver, driver.session() as session:
            for n in range(1_000_000):
                try:
                    session.run("CREATE (:ByThread {n: $n})", n=n).consume()
                except (DriverError, Neo4jError):
                    return
                acknowledged.append(n)
                if len(acknowledged) == ENOUGH:
                    enough.set()

    writer = Thread(target=write_until_it_dies)
    writer.start()
    assert enough.wait(60)
    psutil.Process(server.pid).kill()
    writer.join(60)
    again = start(settings)
    assert again.pid != server.pid
    assert again.uri == server.uri
    assert set(acknowledged) <= numbers(again, "ByThread")


def test_the_password_file_counts_whatever_the_database_remembers(
    settings: Settings, server: RunningServer
) -> None:
    assert stop(settings)
    assert processes(server.home) == []
    assert not stop(settings)
    assert status(settings) is None
    (server.home / "password").write_text("another-password-than-before")
    again = start(settings)
    assert again.password == "another-password-than-before"
    with connect(again) as driver:
        driver.verify_connectivity()


def test_a_running_server_whose_password_is_lost_says_so(
    settings: Settings, server: RunningServer
) -> None:
    (server.home / "password").write_text("")
    try:
        with pytest.raises(EmbeddedPasswordLost, match="gone") as lost:
            status(settings)
        assert "db stop" in lost.value.hint
    finally:
        (server.home / "password").write_text(server.password)


def test_status_shows_people_where_the_server_is(
    settings: Settings, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFILEGRAPH_HOME", str(settings.home))
    shown = CliRunner().invoke(app, ["db", "status"])
    assert shown.exit_code == 0
    for value in (server.uri, server.user, str(server.pid), server.version, str(server.home)):
        assert value in shown.output
    assert server.password not in shown.output
    assert store_size(server) > 0
    assert "was running" in CliRunner().invoke(app, ["db", "start"]).output


def test_a_command_says_when_another_server_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFILEGRAPH_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("NEO4J_URI", "bolt://db.example:7687")
    shown = CliRunner().invoke(app, ["db", "status"])
    assert shown.exit_code == 1
    assert "bolt://db.example:7687" in shown.output
    assert "not running" in shown.output


def test_stopping_where_nothing_ever_ran_makes_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFILEGRAPH_HOME", str(tmp_path / "none"))
    assert "not running" in CliRunner().invoke(app, ["db", "stop"]).output
    assert CliRunner().invoke(app, ["db", "reset", "--yes"]).exit_code == 0
    assert not (tmp_path / "none").exists()


def test_a_reset_deletes_the_data_only_after_a_yes(
    settings: Settings, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROFILEGRAPH_HOME", str(settings.home))
    assert CliRunner().invoke(app, ["db", "reset"], input="n\n").exit_code == 1
    assert status(settings) == server
    assert CliRunner().invoke(app, ["db", "reset", "--yes"]).exit_code == 0
    assert status(settings) is None
    assert not (server.home / "database").exists()


def test_data_of_a_newer_neo4j_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("2099.01.0")
    with pytest.raises(EmbeddedDataNewer, match=r"2099\.01\.0"):
        start(load_settings(home=tmp_path))
    reset(load_settings(home=tmp_path))
    assert Home(tmp_path).version() == ""


def test_a_fixed_port_that_is_taken_stops_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EmbeddedPortTaken, match=str(port)):
            start(load_settings(home=tmp_path, bolt_port=port))
    assert processes(tmp_path) == []


def test_no_network_and_no_jars_stop_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "RETRIES", 0)
    unreachable = load_settings(
        home=tmp_path / "home", cache=tmp_path / "cache", maven_mirror="http://127.0.0.1:1/maven"
    )
    with pytest.raises(EmbeddedJarsUnreachable, match="cannot be fetched"):
        start(unreachable)


def test_a_java_machine_that_gets_no_memory_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "require_memory", lambda *_: None)
    greedy = load_settings(home=tmp_path, heap_mb=1 << 36)
    with pytest.raises(EmbeddedMemory, match="Java machine"):
        start(greedy)
    assert status(greedy) is None
    lock = Home(tmp_path).try_lock()
    assert lock is not None, "the failed server still holds the lock"
    os.close(lock)
