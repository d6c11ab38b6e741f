"""The benchmark's customers, its right answers, its turns and its report."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import cypher_planning
from benchmarks.data import (
    FIRST_TAGS,
    MULTI,
    TAG_KEYS,
    TAGS,
    TAGS_EACH,
    TAGS_OF,
    Customers,
    generate,
)
from benchmarks.graph import taxonomy
from benchmarks.measuring import Results, measure
from benchmarks.outcome import Floor, Index, Main, Outcome, Point, figures
from benchmarks.peers import OURS, SIDES
from benchmarks.peers.profilegraph import filter_of
from benchmarks.questions import QUESTIONS, AnyTag, Kind, NoTag, Question, RevenueAbove, Truth
from benchmarks.report import BEGIN, END, render, write
from benchmarks.room import MEGABYTE, room_for
from benchmarks.writing import Freshness
from profilegraph.config import load_settings
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.language.codec import decode, decode_text, encode_text
from profilegraph.language.validation import check

PROMISED = (
    "size",
    "seed",
    "count_vs_neo4j_graphql",
    "count_vs_fastest_peer",
    "fastest_peer",
    "page_vs_neo4j_graphql",
    "waterfall_vs_neo4j_graphql",
    "breakdown_vs_neo4j_graphql",
    "crosstable_vs_neo4j_graphql",
    "count_vs_floor",
    "index_bytes_per_tagging",
    "index_build_taggings_per_s",
    "index_bytes_per_customer",
    "index_bytes_per_event",
    "live_change_ms",
    "live_change_vs_smallest_size",
    "freshness_p99_ms",
    "writes_per_s_1",
    "writes_per_s_4",
    "writes_per_s_16",
)


@pytest.fixture(scope="module")
def customers() -> Customers:
    return generate(2_000, 7)


def columns(customers: Customers) -> list[np.ndarray]:
    tables = (customers.events, customers.people)
    return [customers.tags, customers.revenue, *(one for table in tables for one in table.columns)]


def test_a_seed_always_gives_the_same_customers(customers):
    for one, other in zip(columns(customers), columns(generate(2_000, 7)), strict=True):
        assert np.array_equal(one, other)
    assert not np.array_equal(customers.tags, generate(2_000, 8).tags)


def test_a_smaller_size_is_the_beginning_of_a_larger_one(customers):
    larger = generate(12_000, 7)
    assert len(larger.events) > len(customers.events)
    for one, other in zip(columns(customers), columns(larger.first(2_000)), strict=True):
        assert np.array_equal(one, other)


def test_a_customer_carries_twelve_tags_and_two_of_a_dimension_only_where_it_is_multi(customers):
    assert customers.tags.shape == (2_000, TAGS_EACH)
    assert (np.diff(customers.tags, axis=1) > 0).all()
    dimensions = np.searchsorted(FIRST_TAGS, customers.tags, side="right") - 1
    for dimension in range(len(TAGS_OF)):
        most = (dimensions == dimension).sum(axis=1).max()
        assert most == (2 if dimension in MULTI else 1)
    assert set(customers.tags.ravel().tolist()) == set(range(TAGS))


def test_the_right_answers_are_those_of_counting_one_by_one(customers):
    conditions = (AnyTag(0, (0, 1)), NoTag(6, (39,)), RevenueAbove(1_000))
    truth = Truth(customers)
    pairs = list(zip(map(set, customers.tags.tolist()), customers.revenue.tolist(), strict=True))
    steps = [
        [one for one in pairs if one[0] & {0, 1}],
        [one for one in pairs if one[0] & {0, 1} and 39 not in one[0]],
        [one for one in pairs if one[0] & {0, 1} and 39 not in one[0] and one[1] > 1_000],
    ]
    members = [tags for tags, _ in steps[-1]]
    counts = {TAG_KEYS[tag]: sum(tag in tags for tags in members) for tag in range(TAGS)}

    def answer(kind: Kind):
        return truth.answer(Question(kind, "", conditions))

    assert answer(Kind.COUNT) == len(members)
    assert answer(Kind.WATERFALL) == tuple(map(len, steps))
    assert answer(Kind.BREAKDOWN) == {key: count for key, count in counts.items() if count}
    page = answer(Kind.PAGE)
    assert list(page.values()) == [frozenset(TAG_KEYS[t] for t in tags) for tags in members[:50]]
    assert list(page) == sorted(page)
    assert 0 < sum(answer(Kind.CROSS_TABLE).values()) < len(members)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: f"{one.kind} {one.name}")
def test_a_question_fits_the_taxonomy_of_the_benchmark(question):
    check(decode(filter_of(question.conditions)), Catalogue.of([taxonomy()]))


class Told:
    """A side that answers as it is told."""

    def __init__(self, name, answer):
        self.name = name
        self._answer = answer

    def ask(self, question):
        return self._answer


def fail():
    raise RuntimeError("no answer")


def test_a_side_that_fails_or_errs_is_left_out_and_the_others_are_measured():
    question = QUESTIONS[0]
    said: list[str] = []
    sides = [Told("right", lambda: 5), Told("wrong", lambda: 4), Told("failing", fail)]
    silent = Told("silent", None)
    results = measure([*sides, silent], {question: 5}, 2, said.append)
    assert results.disagreements == ["wrong, count low: 4 instead of 5"]
    assert any("failing FAILED" in one for one in said)
    assert results.median("right", question) is not None
    for name in ("wrong", "failing", "silent"):
        assert results.median(name, question) is None


def outcome(absent: tuple[str, ...] = ()) -> Outcome:
    results = Results()
    for place, side in enumerate(SIDES):
        for question in QUESTIONS:
            if side not in absent:
                results.times[side, question] = [10.0**place]
    for place, name in enumerate(("low", "middle", "high"), 1):
        ours = next(one for one in QUESTIONS if (one.kind, one.name) == (Kind.COUNT, name))
        results.times[OURS, ours] = [float(place)]
    missing = dict.fromkeys(absent, "no room")
    point = Point(1_000, 12_000, 500, results, Floor(1.0, 0.5), missing, 30.0)
    larger = replace(point, size=10_000, live_change_ms=36.0)
    parts = {"customers": 30_000, "taggings": 21_000, "events": 9_000}
    index, fresh = Index(0.5, 60_000, parts, 2.0), Freshness(3.0, 9.0, 0)
    rates = {1: 200.0, 4: 300.0, 16: 400.0}
    main = Main(point, index, fresh, 300 * 1024**2, 0, rates)
    return Outcome(7, 5, "2 cores", main, [point, larger])


def test_the_figures_are_the_worst_of_all_selectivities():
    found = figures(outcome())
    assert set(PROMISED) <= set(found)
    assert None not in found.values()
    assert found["count_vs_neo4j_graphql"] == 3.33
    assert (found["fastest_peer"], found["count_vs_fastest_peer"]) == (SIDES[1], 3.33)
    assert found["waterfall_vs_neo4j_graphql"] == 10
    assert found["count_vs_floor"] == 2
    assert (found["index_bytes_per_tagging"], found["index_build_taggings_per_s"]) == (5, 24_000)
    assert found["index_bytes_vs_allowance"] == round(60_000 / (96_000 + 200_000 + 12_000), 3)
    assert (found["index_bytes_per_customer"], found["index_bytes_per_event"]) == (30, 18)
    assert found["index_build_vs_one_query"] == 4
    assert (found["live_change_ms"], found["live_change_vs_smallest_size"]) == (30, 1.2)
    assert json.loads(json.dumps(found)) == found


def test_what_was_not_measured_is_null_and_said():
    partly = outcome(absent=(SIDES[1],))
    found = figures(partly)
    assert found["count_vs_neo4j_graphql"] is None
    assert found["fastest_peer"] == SIDES[2]
    assert f"{SIDES[1]} was **not measured**: no room" in render(partly)


def test_a_million_customers_fit_into_sixteen_gigabytes_and_want_of_room_is_said():
    room = room_for(1_000_000)
    assert room.heap_mb + room.page_cache_mb < room.memory_mb < 15 * 1024
    assert room.shortages(16 * 1024 * MEGABYTE, 20 * 1024 * MEGABYTE) == []
    [told] = room.shortages(8 * 1024 * MEGABYTE, 20 * 1024 * MEGABYTE)
    assert told.endswith("and 8,192 MB are free")
    assert room_for(200_000).memory_mb < 8 * 1024


@pytest.fixture
def sizes_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """What a run over three sizes tells of, when one step fails at one size."""
    suite = pytest.importorskip("benchmarks.suite", reason="the group `bench` is not installed")

    def run(step: str, at: int) -> tuple[list[Outcome], list[str]]:
        def fails(name: str, customers: Customers) -> None:
            if name == step and customers.size == at:
                raise OSError("no memory")

        def load(self: Any, customers: Customers, loaded: int) -> None:
            fails("_load", customers)

        def part(self: Any, customers: Customers) -> Point:
            fails("_part", customers)
            return replace(outcome().main.point, size=customers.size)

        def full(self: Any, customers: Customers) -> Main:
            fails("_full", customers)
            main = outcome().main
            return replace(main, point=replace(main.point, size=customers.size))

        for one in (load, part, full):
            monkeypatch.setattr(suite.Run, f"_{one.__name__}", one)
        said: list[str] = []
        plan = suite.Plan(2_000, 7, 1, (1_000, 3_000, 4_000))
        settings = load_settings(home=tmp_path, neo4j_uri="bolt://127.0.0.1:1", neo4j_password="x")
        return list(suite.Run(plan, settings, tmp_path, said.append).outcomes()), said

    return run


def test_a_size_that_fails_loses_no_other_and_one_half_written_ends_the_run(sizes_run):
    measured, said = sizes_run("_part", 3_000)
    assert [len(one.points) for one in measured] == [2, 2, 3]
    assert [point.size for point in measured[-1].points] == [1_000, 2_000, 4_000]
    assert measured[-1].failed == {3_000: "no memory"}
    assert "FAILED with 3,000 customers: no memory" in said
    loaded, _ = sizes_run("_load", 3_000)
    assert [point.size for point in loaded[-1].points] == [1_000, 2_000]
    assert loaded[-1].failed == {3_000: "no memory"}


def test_without_the_full_suite_there_is_nothing_to_tell(sizes_run):
    with pytest.raises(OSError, match="no memory"):
        sizes_run("_full", 2_000)


def test_growth_is_not_told_of_one_size_alone():
    alone = outcome()
    assert figures(replace(alone, points=alone.points[:1]))["live_change_vs_smallest_size"] is None


def test_a_size_that_failed_is_said_and_the_others_are_shown():
    partly = replace(outcome(), failed={1_000_000: "no memory"})
    assert figures(partly)["failed"] == {"1000000": "no memory"}
    text = render(partly)
    assert "1,000,000 customers were **not measured**: no memory" in text
    assert "| live segment: one change | 30 | 36 |" in text


def test_the_results_take_the_place_of_earlier_ones(tmp_path: Path):
    page = tmp_path / "benchmark.md"
    page.write_text(f"# Head\n{BEGIN}\nold\n{END}\ntail\n", "utf-8")
    for _ in range(2):
        write(outcome(), page)
    text = page.read_text("utf-8")
    assert text.startswith("# Head\n")
    assert text.endswith(f"{END}\ntail\n")
    assert "old" not in text
    assert text.count("| count, low |") == 1
    assert "| count, low | 1 | 10 | 100 | 1,000 | 10,000 |" in text


def test_the_chart_is_the_same_for_the_same_outcome(tmp_path: Path):
    pytest.importorskip("matplotlib", reason="the group `bench` is not installed")
    from benchmarks.chart import draw

    for name in ("one", "other"):
        draw(outcome(absent=(SIDES[2],)), tmp_path / name)
    drawn = (tmp_path / "one").read_text("utf-8")
    assert "not measured" in drawn
    assert (tmp_path / "other").read_text("utf-8") == drawn


def test_filters_whose_planning_is_measured_are_within_the_limits_and_always_the_same() -> None:
    named = dict(cypher_planning.largest())
    some = cypher_planning.drawn(20)
    for node in [*named.values(), *some]:
        decode_text(encode_text(node))
    assert some == cypher_planning.drawn(20)
    assert len(set(some)) > 10


def test_the_page_on_planning_names_the_worst_filters() -> None:
    asked = [
        cypher_planning.Asked("one", planning=0.2, seconds=0.3),
        cypher_planning.Asked("other", planning=0.1, seconds=0.4),
    ]
    page = cypher_planning.render({"random": asked}, 20_000)
    assert "| random | 2 | 0.150 | 0.200 | 0.35 | 0.40 |" in page
    assert "planning 0.200 s: `one`" in page
    assert "answer 0.400 s: `other`" in page
