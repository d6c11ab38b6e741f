"""What is in use is decided in one place, by what the graph has, and told alike everywhere."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from profilegraph.cli.operations import schema
from profilegraph.cli.plugins import commands as plugin
from profilegraph.cli.taxonomies import commands as taxonomy
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.hooks.hosting.host import Candidate, Host, build_host
from profilegraph.services.operations.doctor import plugin_state
from profilegraph.services.taxonomies.loading import disable_incompatible, replaces
from tests.support.plugins import Bringing


def labels(text: str) -> dict[str, str]:
    return {"zh-CN": f"{text}号", "en": text}


def with_dimension(key: str, dimension: str, version: str = "1.0.0") -> Taxonomy:
    tag = {"key": "yes", "labels": labels("Yes")}
    mood = {"key": dimension, "labels": labels(dimension), "cardinality": "multi", "tags": [tag]}
    named = {"key": key, "version": version, "labels": labels(key)}
    return Taxonomy.model_validate(named | {"dimensions": [mood]})


NEW, OLD = with_dimension("new_moods", "mood"), with_dimension("old_moods", "mood")
SPORTS = with_dimension("sports", "sport")


def host() -> Host:
    """Return the host of a plugin that was there, and of one that has come before it by name."""
    return build_host([Candidate("ant", Bringing(NEW, SPORTS)), Candidate("bee", Bringing(OLD))])


def test_without_a_graph_the_later_plugin_is_left_out_and_both_are_named() -> None:
    assert [one.key for one in host().taxonomies] == ["new_moods", "sports"]
    [fault] = host().faults
    assert fault.about == "bee (taxonomy 'old_moods')"
    assert fault.reason == (
        "the taxonomy 'old_moods' 1.0.0 is not in use: the taxonomies 'new_moods' and 'old_moods'"
        " both define the dimension 'mood'. Rename one of the two. 'new_moods', of the plugin"
        " 'ant', stays in use."
    )


def test_what_the_graph_has_stays_in_use_and_who_comes_is_to_blame() -> None:
    judged = disable_incompatible(host(), [OLD])
    assert [one.key for one in judged.taxonomies] == ["sports", "old_moods"]
    [fault] = judged.faults
    assert fault.about == "ant (taxonomy 'new_moods')"
    assert "'old_moods', of the plugin 'bee', stays in use." in fault.reason
    assert plugin_state(judged) == "out of use: ant (taxonomy 'new_moods')"


def test_of_a_graph_whose_plugin_is_gone_that_is_told() -> None:
    [fault] = disable_incompatible(build_host([Candidate("ant", Bringing(NEW))]), [OLD]).faults
    assert fault.reason.endswith("'old_moods', which is in the graph, stays in use.")


def test_once_there_is_room_it_is_in_use() -> None:
    other = with_dimension("old_moods", "temper", version="2.0.0")
    assert disable_incompatible(host(), [other]).faults == ()


def test_what_comes_is_what_the_next_start_loads_and_nothing_else() -> None:
    newer = with_dimension("sports", "sport", version="2.0.0")
    assert replaces(SPORTS, None)
    assert not replaces(SPORTS, SPORTS)
    assert not replaces(SPORTS, newer)
    assert replaces(newer, SPORTS)
    assert not replaces(newer, SPORTS.model_copy(update={"editable": True}))


@pytest.mark.parametrize(("command", "arguments"), [(plugin, ["list"]), (taxonomy, ["list"])])
def test_commands_tell_what_the_graph_decided(
    monkeypatch: pytest.MonkeyPatch, command: object, arguments: list[str]
) -> None:
    printed = asked(monkeypatch, command, *arguments)
    told = "".join(printed.split())
    assert "ant(taxonomy'new_moods')" in told or "ant:thetaxonomy'new_moods'" in told
    assert "'old_moods',oftheplugin'bee',staysinuse." in told


def test_the_schema_is_typed_by_what_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    served = with_dimension("old_moods", "temper")
    printed = asked(monkeypatch, schema, "print", known=served)
    assert "temper: TemperTagsCondition" in printed
    assert "mood:" not in printed


def test_where_no_database_answers_it_is_told_that_none_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def none(*_: object) -> None:
        return None

    monkeypatch.setattr("profilegraph.hooks.hosting.host.load_host", host)
    monkeypatch.setattr("profilegraph.services.platform.in_use", none)
    done = CliRunner().invoke(taxonomy.app, ["list"], catch_exceptions=False)
    assert "No database answers" in done.stderr
    assert "bee: the taxonomy 'old_moods'" in " ".join(done.stdout.split())
    done = CliRunner().invoke(taxonomy.app, ["list", "--installed"], catch_exceptions=False)
    assert "No database answers" not in done.stderr


def asked(
    monkeypatch: pytest.MonkeyPatch, command: object, *arguments: str, known: Taxonomy = OLD
) -> str:
    """Return what a command prints where a graph has a taxonomy."""

    async def found(_: object, given: Host) -> tuple[Host, list[Taxonomy]]:
        return disable_incompatible(given, [known]), [known]

    monkeypatch.setattr("profilegraph.hooks.hosting.host.load_host", host)
    monkeypatch.setattr("profilegraph.services.platform.in_use", found)
    return CliRunner().invoke(command.app, arguments, catch_exceptions=False).stdout  # type: ignore[attr-defined]
