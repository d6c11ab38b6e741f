"""`profilegraph plugin check` names what is wrong with which plugin, and ends with a status."""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from profilegraph.cli.plugins import authoring
from profilegraph.cli.plugins.commands import app
from profilegraph.errors import NotFound
from profilegraph.services.plugins.contract import plugins

BROKEN = "raise OSError('no disk')\n"
MISSPELT = """
from profilegraph.hooks import hookimpl

@hookimpl
def register_model():
    return []
"""


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Check plugins of these sources, as if they were installed beside rfm."""

    def run(*arguments: str, **sources: str) -> Result:
        for module, source in sources.items():
            (tmp_path / f"{module}.py").write_text(source, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        modules = {"rfm": "profilegraph_rfm"} | {module: module for module in sources}
        found = [EntryPoint(name, module, "profilegraph") for name, module in modules.items()]
        monkeypatch.setattr(authoring, "entry_points", lambda group: found)
        return CliRunner().invoke(app, ["check", "--quick", *arguments])

    return run


def test_a_sound_plugin_keeps_the_contract(check) -> None:
    done = check("rfm")
    assert done.exit_code == 0
    assert "rfm: keeps the contract" in done.output


@pytest.mark.slow
def test_each_broken_plugin_is_named_with_what_to_do_and_the_others_are_checked(check) -> None:
    done = check(broken_one=BROKEN, misspelt_one=MISSPELT)
    assert done.exit_code == 1
    told = " ".join(done.output.split())
    assert "plugin broken_one: cannot be imported" in told
    assert "no disk" in told
    assert "plugin misspelt_one:" in told
    assert "register_model" in told
    assert "rfm: keeps the contract" in told


def test_a_plugin_that_is_not_there_is_refused_with_those_that_are(check) -> None:
    done = check("nobody")
    assert isinstance(done.exception, NotFound)
    assert "rfm" in done.exception.hint


ENDLESS = """
import numpy as np
from pydantic import BaseModel, Field
from profilegraph.domain.values import Labels
from profilegraph.hooks import Model, NoOptions, Scores, SegmentLeaf, hookimpl

class Endless(Model):
    key = "endless"
    labels = Labels(zh_cn="无尽", en="Endless")
    options = NoOptions

    def compute(self, tables, now, options):
        while True:
            pass
        return Scores()

class Input(BaseModel):
    days: int = Field(1, description="Days.")

class Looping(SegmentLeaf):
    key = "looping"
    labels = description = Labels(zh_cn="循环", en="Looping")
    input = Input

    def expand(self, value):
        while True:
            pass

@hookimpl
def register_models():
    return [Endless()]

@hookimpl
def register_leaves():
    return [Looping()]
"""


@pytest.mark.slow
def test_what_does_not_end_is_ended_and_named(check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "CHECK_SECONDS", 2.0)
    done = check("endless_one", endless_one=ENDLESS)
    assert done.exit_code == 1
    told = "".join(done.output.split())
    assert re.search(
        r"modelendless:didnotendwithin2s:itwasat\S*endless_one.py:1[34]\(compute\)", told
    )
    assert re.search(
        r"leaflooping:didnotendwithin2s:itwasat\S*endless_one.py:2[67]\(expand\)", told
    )
