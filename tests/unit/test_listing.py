"""Every command that lists things does so for programs, too."""

import json

import pytest
from typer.main import get_command

from profilegraph.cli.main import app
from profilegraph.cli.terminal.deferred import DeferredGroup
from profilegraph.cli.terminal.listing import show_json, show_rows

LISTING = {
    "list", "history", "moves", "members", "breakdown", "cross", "compare", "changes", "loans",
    "webhooks",
}  # fmt: skip


def commands(group, path=()):
    found = group.loaded() if isinstance(group, DeferredGroup) else group.commands
    for name, command in found.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


FOUND = [(path, one) for path, one in commands(get_command(app)) if path[-1] in LISTING]


@pytest.mark.parametrize(
    ("path", "command"), FOUND, ids=lambda one: " ".join(one) if isinstance(one, tuple) else ""
)
def test_a_command_that_lists_has_json(path, command):
    assert "--json" in {option for one in command.params for option in one.opts}


def test_the_commands_that_list_are_known():
    assert {path[-1] for path, _ in FOUND} == LISTING
    listed = {path for path, one in commands(get_command(app)) if one.help.startswith("List ")}
    assert listed <= {path for path, _ in FOUND}


HOSTILE = "a\x1b[31m\x85\x7f\u202eb [bold] …"


def test_a_list_of_hostile_names_steers_no_terminal_and_is_whole(capsys):
    show_rows(("key", "name"), [("k" * 300, HOSTILE)])
    printed = capsys.readouterr().out
    assert "k" * 300 in printed
    assert "[bold] …" in printed
    assert not {"\x1b", "\x85", "\x7f", "\u202e"} & set(printed)


def test_json_of_hostile_names_is_json_and_steers_no_terminal(capsys):
    show_json({"name": HOSTILE})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"name": HOSTILE}
    assert not {"\x1b", "\x85", "\x7f", "\u202e"} & set(printed)
