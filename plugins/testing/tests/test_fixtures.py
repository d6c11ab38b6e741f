"""The fixtures, and that pytest runs that do not use them pay nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.live import MoveCause
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind, Tagging
from profilegraph.errors import Conflict
from profilegraph.hooks.hosting.circuit_breaker import CircuitBreaker, PluginPart
from profilegraph.hooks.hosting.host import Host
from profilegraph.hooks.listeners import Listener, MembershipChanged, TagsChanged
from profilegraph_testing.contract import PluginContract
from profilegraph_testing.graph import Graph
from profilegraph_testing.small import NAMES


def test_the_example_of_the_readme_passes(profilegraph_graph: Graph) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    names: dict[str, Any] = {}
    for code in re.findall(r"```python\n(.*?)```", readme, re.DOTALL):
        exec(code, names)  # noqa: S102  (the page's own examples)
    names["test_those_who_buy_often_are_found"](profilegraph_graph)
    names["test_the_field_tells_who_decides"](profilegraph_graph)
    names["test_listeners_hear_of_tags_and_of_members"](profilegraph_graph)
    assert names["TestContract"].plugin.__name__ == "profilegraph_rfm"


def test_the_readme_lists_every_member_of_the_graph_and_of_the_contract() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    listed = set(re.findall(r"`(\w+)[(`]", readme))
    graph = {name for name in vars(Graph) if not name.startswith("_")} - {"begin_anew", "agreed"}
    assert graph <= listed
    given = {name for name in PluginContract.__annotations__ if not name.startswith("_")}
    assert given <= listed


def with_listener(graph: Graph, hook: str, call: Callable[..., None]) -> Graph:
    listener = Listener(PluginPart("ear", hook), hook, call)
    host = replace(graph.platform.host, listeners=(listener,), guard=CircuitBreaker())
    return replace(graph, platform=replace(graph.platform, host=host))


def test_a_listener_has_heard_when_listening_ends(profilegraph_graph: Graph) -> None:
    heard: list[TagsChanged] = []
    graph = with_listener(
        profilegraph_graph, "on_tags_changed", lambda change: heard.append(change)
    )
    warm = Tagging(customer="acorn", tag="temperature/warm", since=graph.now)
    with graph.listening():
        graph.save(warm)
    assert [one.tagged for one in heard] == [(("acorn", "temperature/warm"),)]
    graph.save(warm.model_copy(update={"customer": "birch"}))
    assert len(heard) == 1


def test_a_listener_that_fails_fails_the_test(profilegraph_graph: Graph) -> None:
    def fail(change: object) -> None:
        raise ZeroDivisionError(f"{change}")

    graph = with_listener(profilegraph_graph, "on_membership_changed", fail)
    change = MembershipChanged("loyal", graph.now, MoveCause.DATA_CHANGED, entered=("acorn",))
    with pytest.raises(AssertionError, match="ZeroDivisionError"), graph.listening() as tell:
        tell(change)


def test_the_clock_stands_still(profilegraph_now: datetime) -> None:
    assert profilegraph_now == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_host_holds_all_installed_plugins(profilegraph_host: Host) -> None:
    assert {"core", "rfm"} <= {plugin.name for plugin in profilegraph_host.plugins}


@pytest.mark.parametrize("attempt", [1, 2])
def test_the_graph_is_the_same_before_each_test(profilegraph_graph: Graph, attempt: int) -> None:
    assert profilegraph_graph.members({"all": []}) == set(NAMES)
    profilegraph_graph.read("RETURN $attempt AS attempt", {"attempt": attempt})
    profilegraph_graph.save(Customer(key="iris"))
    assert profilegraph_graph.members({"all": []}) == {*NAMES, "iris"}
    with pytest.raises(Conflict):
        profilegraph_graph.save(
            Identity(kind=IdentityKind.EMAIL, value="info@acorn.example", customer="iris")
        )


def test_a_run_that_does_not_use_it_imports_next_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_nothing_came_along():\n"
        "    ours = {name for name in sys.modules if name.split('.')[0] == 'profilegraph'}\n"
        "    assert ours == set()\n"
        "    assert 'numpy' not in sys.modules\n"
    )
    done = subprocess.run(  # noqa: S603  (a file of this test's own)
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
