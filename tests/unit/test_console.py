"""What commands print: nothing that people wrote steers the terminal, and no failure is a traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from profilegraph.cli.main import storage_failed
from profilegraph.cli.terminal.console import ControlCharacterEscaping, escape_control_characters

WRITTEN = "a\x1b]0;title\x07\x1b[31mred\x9b2J‮evil"
SHOWN = r"a\x1b]0;title\x1b[31mred\x9b2J\u202eevil"  # the bell is left out by rich itself


@pytest.fixture
def terminal() -> Console:
    console = Console(force_terminal=True, width=120, highlight=False, soft_wrap=True)
    console.push_render_hook(ControlCharacterEscaping())
    return console


def test_what_steers_a_terminal_is_shown_as_its_code(terminal: Console) -> None:
    table = Table("name")
    table.add_row(escape(WRITTEN))
    with terminal.capture() as printed:
        terminal.print(escape(WRITTEN))
        terminal.print(table)
    assert printed.get().count(SHOWN) == 2
    assert "\x1b]" not in printed.get()
    assert "\x1b[31m" not in printed.get()


def test_the_styles_of_commands_lines_and_scripts_stay_as_they_are(terminal: Console) -> None:
    with terminal.capture() as printed:
        terminal.print("[bold]谢霞[/] 👨‍👩‍👧 naïve\n\tnext")
    assert printed.get() == "\x1b[1m谢霞\x1b[0m 👨‍👩‍👧 naïve\n        next\n"


@pytest.mark.parametrize("text", ["谢霞\n\tb", "می‌خواهم", "👨‍👩‍👧"])
def test_a_text_that_steers_nothing_is_printed_as_it_is(text: str) -> None:
    assert escape_control_characters(text) == text


def command(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("profilegraph"), *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("words", [("db", "stop"), ("db", "status"), ("db", "start"), ("doctor",)])
def test_a_home_that_cannot_be_used_is_told_without_a_traceback(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "server.lock").mkdir()
    (tmp_path / "server.json").mkdir()
    done = command(*words, PROFILEGRAPH_HOME=str(tmp_path), NEO4J_URI="")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert "Set PROFILEGRAPH_HOME to a folder that you may write to." in said


@pytest.mark.slow
def test_a_reader_that_goes_early_is_no_failure_to_tell_of() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        done = subprocess.run(
            [Path(sys.executable).with_name("profilegraph"), "schema", "print"],
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipeError" not in done.stderr


def test_a_full_disk_is_told_with_its_file_and_what_to_do() -> None:
    error = storage_failed(OSError(errno.ENOSPC, "No space left on device", "/data/out.csv"))
    assert str(error) == "/data/out.csv: No space left on device. Free some space."
