"""What the embedded server checks before it starts, and how it explains what goes wrong."""

import errno
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from profilegraph.embedded.checks import (
    choose_port,
    require_known_version,
    require_memory,
    require_room,
)
from profilegraph.embedded.faults import explained, writing_to
from profilegraph.embedded.home import Home, ServerState
from profilegraph.errors import (
    EmbeddedDataNewer,
    EmbeddedDiskFull,
    EmbeddedMemory,
    EmbeddedPortTaken,
    EmbeddedServerError,
)

MEGABYTE = 1 << 20


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.make()
    return home


def test_a_fixed_port_that_is_taken_is_refused(taken: int) -> None:
    with pytest.raises(EmbeddedPortTaken, match=str(taken)) as refused:
        choose_port(taken, None)
    assert "PROFILEGRAPH_BOLT_PORT" in refused.value.hint


def test_the_port_of_the_last_run_is_used_again_if_it_is_free() -> None:
    last = choose_port(None, None)
    assert choose_port(None, last) == last


def test_another_port_is_chosen_when_that_of_the_last_run_is_taken(taken: int) -> None:
    assert choose_port(None, taken) != taken


@pytest.mark.parametrize("written_by", ["2026.08.2", "2026.09.0", "2026.10.1", "2027.01.0"])
def test_data_of_a_newer_neo4j_is_refused(written_by: str, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedDataNewer, match=written_by):
        require_known_version(written_by, "2026.08.1", tmp_path)


@pytest.mark.parametrize("written_by", ["", "2026.08.1", "2026.08.0", "2025.12.3"])
def test_data_of_the_same_or_an_older_neo4j_is_taken(written_by: str, tmp_path: Path) -> None:
    require_known_version(written_by, "2026.08.1", tmp_path)


def test_heap_and_page_cache_must_fit_the_memory_together() -> None:
    require_memory(100, 50, available=150 * MEGABYTE)
    with pytest.raises(EmbeddedMemory, match=r"100 and 50 MB .* 149 MB") as refused:
        require_memory(100, 50, available=150 * MEGABYTE - 1)
    assert "PROFILEGRAPH_HEAP_MB" in refused.value.hint


def test_the_memory_of_this_machine_is_measured() -> None:
    with pytest.raises(EmbeddedMemory):
        require_memory(1 << 40, 0)


def test_a_disk_without_room_is_refused(tmp_path: Path) -> None:
    require_room(tmp_path, free=256 * MEGABYTE)
    with pytest.raises(EmbeddedDiskFull, match=r"10\.0 MB") as refused:
        require_room(tmp_path, free=10 * MEGABYTE)
    assert "PROFILEGRAPH_HOME" in refused.value.hint


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("java.io.IOException: No space left on device", EmbeddedDiskFull),
        ("Error\nCould not reserve enough space for 9437184KB object heap", EmbeddedMemory),
        ("org.neo4j.bolt.PortBindException: Address 127.0.0.1:7687 …", EmbeddedPortTaken),
        ("UnsupportedLogVersionException: … originates from a newer version", EmbeddedDataNewer),
    ],
)
def test_what_neo4j_says_becomes_an_error_of_its_own(
    said: str, kind: type[EmbeddedServerError], tmp_path: Path
) -> None:
    fault = explained(said, tmp_path, tmp_path / "logs" / "server.log")
    assert type(fault) is kind
    assert fault.hint


def test_what_is_not_known_is_passed_on_with_the_place_of_the_logs(tmp_path: Path) -> None:
    fault = explained("first\njava.lang.Odd: thing\n", tmp_path, tmp_path / "logs" / "server.log")
    assert fault.code == "EMBEDDED_SERVER"
    assert "java.lang.Odd: thing" in fault.message
    assert str(tmp_path / "logs") in fault.hint


def test_a_process_that_ended_without_a_word_is_said_to_be_ended(tmp_path: Path) -> None:
    assert "memory" in explained("", tmp_path, tmp_path / "logs" / "server.log").message


def test_a_full_disk_is_told_from_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedDiskFull), writing_to(tmp_path, "PROFILEGRAPH_HOME"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with (
        pytest.raises(EmbeddedServerError, match="Permission denied") as refused,
        writing_to(tmp_path, "PROFILEGRAPH_HOME"),
    ):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    assert type(refused.value) is EmbeddedServerError


def test_a_real_full_device_is_recognised(tmp_path: Path) -> None:
    with (
        pytest.raises(EmbeddedDiskFull),
        writing_to(tmp_path, "PROFILEGRAPH_HOME"),
        Path("/dev/full").open("wb", buffering=0) as full,
    ):
        full.write(b"x")


def test_the_password_is_kept_and_only_its_owner_can_read_it(home: Home) -> None:
    password = home.make_password()
    assert len(password) == 32
    assert home.make_password() == password
    assert stat.S_IMODE((home.root / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700


def test_a_state_that_names_a_stranger_s_process_is_stale(home: Home) -> None:
    home.write_running(ServerState(os.getpid(), 7687, "2026.08.1"))
    assert home.running() is None


def test_a_state_that_names_an_ended_process_is_stale(home: Home) -> None:
    home.write_running(ServerState((1 << 22) + 1, 7687, "2026.08.1"))
    assert home.running() is None


def test_a_damaged_state_names_no_server(home: Home) -> None:
    (home.root / "server.json").write_text('{"pid": 1')
    assert home.running() is None


def test_the_lock_is_held_by_one_and_let_go_with_its_descriptor(home: Home) -> None:
    lock = home.try_lock()
    assert lock is not None
    assert home.try_lock() is None
    os.close(lock)
    again = home.try_lock()
    assert again is not None
    os.close(again)


def test_the_port_and_the_version_are_recorded(home: Home) -> None:
    assert (home.port(), home.version()) == (None, "")
    home.write_running(ServerState(os.getpid(), 7687, "2026.08.1"))
    assert (home.port(), home.version()) == (7687, "2026.08.1")


def test_two_spellings_of_a_home_are_one(tmp_path: Path) -> None:
    assert Home(tmp_path / "a" / ".." / "b").root == Home(tmp_path / "b").root
