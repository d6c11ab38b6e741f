"""The harness of attacks: its floods, its neighbour, and what its page says."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import attackers, attacks, dialects, floods, load, security
from benchmarks.neighbour import percentile
from benchmarks.targets import ROOT, TARGETS
from profilegraph.language.codec import decode


def flooded(name: str, p99: float, health: float = 0.01) -> floods.Flooded:
    alone = floods.Alone(0.005, 0.002, 0.01, 4.5, "ok")
    return floods.Flooded(name, {"ok": 2}, 0.1, 0.01, p99, health, [], 0.5, 0.1, 0.0, alone)


def result(*found: floods.Flooded) -> floods.Result:
    return floods.Result(3_000, 0.004, 0.01, 0.005, list(found), {})


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (
        50,
        99,
        7,
    )


def test_floods_have_names_of_their_own_and_no_two_turns_ask_the_same() -> None:
    names = [one.name for one in attacks.floods()]
    assert len(set(names)) == len(names)
    for make in (attacks.sequences, attacks.related):
        assert decode(make(1)) != decode(make(2))


def test_an_answer_counts_by_the_code_of_its_first_error() -> None:
    body = b'{"errors":[{"message":"no","extensions":{"code":"RATE_LIMITED"}}]}'
    assert attackers.outcome_of(200, body) == "RATE_LIMITED"
    assert attackers.outcome_of(200, b'{"data":{}}') == "ok"
    assert attackers.outcome_of(413, b"") == "413"
    assert attackers.price_of(b'{"data":{},"extensions":{"cost":{"price":3.25}}}') == 3.25
    assert attackers.price_of(body) is None


@pytest.mark.parametrize("length", [1, 125, 126, 60_000])
def test_a_message_is_framed_with_its_length(length: int) -> None:
    message = {"text": "x" * length}
    sent = attackers.frame(message)
    assert json.loads(sent[-len(json.dumps(message)) :]) == message
    size = sent[1] & 0x7F
    assert (size if size < 126 else int.from_bytes(sent[2:4])) == len(json.dumps(message))


def test_what_others_feel_is_told_with_the_worst_flood() -> None:
    found = result(flooded("mild", 0.02), flooded("hard", 0.2, health=0.5))
    assert [one.name for one in found.harmed()] == ["hard"]
    assert "**20**" in floods.rendered(found)
    assert "**500**" in floods.rendered(found)


def test_half_of_the_clients_see_all_customers_and_every_scope_has_a_client() -> None:
    places = [load.scope_of(client) for client in range(load.CLIENTS)]
    assert places.count(0) == load.CLIENTS / 2
    assert set(places) == set(range(len(load.SCOPES) + 1))


def test_the_rows_of_a_client_are_one_more_condition_for_the_other_side() -> None:
    asked = dialects.Condition(("important_value",), "1998-01-01T00:00:00Z")
    narrowed = json.loads(dialects.Theirs(load.SCOPES[0]).count(asked))["variables"]["w"]
    whole = json.loads(dialects.Theirs(None).count(asked))["variables"]["w"]
    assert narrowed["AND"][0] == whole


def case(module: str, name: str, *tags: str) -> ElementTree.Element:
    found = ElementTree.Element("testcase", {"classname": module, "name": name})
    found.extend(ElementTree.Element(tag) for tag in tags)
    return found


def test_the_cases_of_a_file_or_of_one_test_are_counted() -> None:
    cases = [
        case("tests.unit.test_a", "test_x[1]"),
        case("tests.unit.test_a", "test_y", "skipped"),
        case("tests.unit.test_b", "test_x", "failure"),
    ]
    assert security.outcome("tests/unit/test_a.py", cases) == "**1 passed, 1 skipped**"
    assert security.outcome("tests/unit/test_a.py::test_x", cases) == "1 passed"
    assert security.outcome("tests/unit/test_b.py", cases) == "**1 failed**"
    assert security.outcome("tests/unit/test_c.py", cases) == "**not found**"


def test_the_page_has_a_row_for_each_target_and_says_what_was_not_run(tmp_path: Path) -> None:
    page = security.Report(tmp_path / "page.md", 1.0, 1.0, print).rendered()
    for target in TARGETS:
        assert f"| {target.threat} | {target.goal} |" in page
    assert "**not run**" in page


def test_the_tests_that_the_page_names_are_there() -> None:
    for test in (one for target in TARGETS for one in target.tests):
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text("utf-8")
