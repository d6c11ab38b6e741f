"""Commands start at once: each imports what it uses, when it uses it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
from typer.main import get_group

from profilegraph.cli.commands import COMMANDS, PlatformCommands
from profilegraph.cli.main import app

HEAVY = {
    "cloudpickle", "graphql", "httpx", "jpype", "neo4j", "numpy", "pandas", "phonenumbers", "polars",
    "pyroaring", "scipy", "starlette", "strawberry", "structlog", "uvicorn", "uvloop", "xlsxwriter",
    "yaml",
}  # fmt: skip
"""What is large, and is for the work of commands alone."""
LAYERS = ("api", "web", "services", "storage", "engines", "embedded", "hooks", "importers")
RICH = {"pydantic", "rich", "rich.traceback"}
"""What commands print with and check arguments by: what the help of the platform does without."""


def imported(program: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter has imported after a program."""
    names = f"{program}\nimport sys\nprint('MODULES', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", names],
        env={**os.environ, "NEO4J_URI": "bolt://127.0.0.1:1"},  # where no database answers
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.rpartition("MODULES ")[2].split())


def after(*arguments: str) -> set[str]:
    """Return the names of all modules that the command line has imported when it ends."""
    return imported(
        "import contextlib, sys\n"
        f"sys.argv = ['profilegraph', *{arguments!r}]\n"
        "from profilegraph.cli.main import run\n"
        "with contextlib.suppress(SystemExit):\n    run()"
    )


def heavy(modules: set[str]) -> set[str]:
    return {
        name
        for name in modules
        if name.partition(".")[0] in HEAVY
        or any(f"{name}.".startswith(f"profilegraph.{layer}.") for layer in LAYERS)
    }


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_help_of_the_platform_imports_no_command_and_nothing_heavy(option: str) -> None:
    found = after(option)
    assert heavy(found) == set()
    assert found & RICH == set()
    assert {
        f"profilegraph.cli.{one}" for one in ("operations", "segments", "taxonomies")
    } & found == set()


def test_no_help_of_a_command_imports_what_its_work_needs() -> None:
    asked = [[one.name] for one in COMMANDS]
    asked += [
        [one.name, inner] for one in COMMANDS for inner in getattr(one.load(), "commands", ())
    ]
    assert ["key", "list"] in asked
    found = imported(
        "import contextlib, sys\n"
        "from profilegraph.cli.main import run\n"
        f"for arguments in {asked!r}:\n"
        "    sys.argv = ['profilegraph', *arguments, '--help']\n"
        "    with contextlib.suppress(SystemExit):\n        run()"
    )
    assert "profilegraph.cli.operations.key" in found
    assert heavy(found) == set()


def test_a_command_that_asks_the_database_imports_no_api() -> None:
    found = after("key", "list")
    assert "neo4j" in found
    assert find_spec("pandas") is not None
    assert "pandas" not in found  # which the driver imports wherever there is one
    assert {
        name for name in found if name.startswith(("profilegraph.api", "profilegraph.web"))
    } == set()
    assert found & {"strawberry", "graphql", "starlette", "uvicorn", "xlsxwriter", "jpype"} == set()


def test_what_the_help_says_of_a_command_is_what_the_command_says_of_itself() -> None:
    for one in COMMANDS:
        said, _, _ = (one.load().help or "").partition("\n\n")
        assert one.help == " ".join(said.split()), one.name


def test_a_command_is_prepared_for_its_work_and_not_for_its_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared: list[str] = []
    group = get_group(app)
    assert isinstance(group, PlatformCommands)
    group.before_work = lambda: prepared.append("once")
    for arguments, times in ((["segment", "schema", "--help"], 0), (["segment", "schema"], 1)):
        group.main(arguments, standalone_mode=False)
        assert prepared == ["once"] * times
    assert '"$defs"' in capsys.readouterr().out
