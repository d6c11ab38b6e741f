"""English sentences with a number in them, for none, one and two of what is counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.notices import Notice, NoticeCode
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.reference.findings import Neighbour
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import decode
from profilegraph.rendering.evidence import evidence_line
from profilegraph.rendering.languages import wording
from profilegraph.rendering.notices import notice_line
from profilegraph.rendering.sentences import sentence
from profilegraph.rendering.wording.plurals import Plural
from profilegraph.services.taxonomy_changes.previews import PlanWarning, WarningKind
from profilegraph.services.taxonomy_changes.wording import warned
from tests.conftest import NOW

CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])
ENGLISH = wording("en")
FORMS = {
    "filters.leaves.Tags.details.tagged_within_days.asked": (
        "tagged in the last 0 days", "tagged in the last day", "tagged in the last 2 days",
    ),
    "filters.leaves.Stopped.details.at_least.asked": (" at least 0 times", " at least once", " at least 2 times"),
    "filters.leaves.Sequence.details.within_days.asked": ("within 0 days", "within one day", "within 2 days"),
    "filters.leaves.Related.details.distance.asked": ("up to 0 steps away", "one step away", "up to 2 steps away"),
    "filters.listed": (
        "one of 0 listed customers", "the one listed customer", "one of 2 listed customers",
    ),
    "filters.comparisons.in_last_days": (
        "in the last 0 days", "in the last day", "in the last 2 days",
    ),
    "filters.comparisons.in_next_days": (
        "in the next 0 days", "in the next day", "in the next 2 days",
    ),
    "filters.windows.last_days": ("in the last 0 days", "in the last day", "in the last 2 days"),
    "filters.leaves.Events.times.at_least": (" at least 0 times", " at least once", " at least 2 times"),
    "filters.leaves.Events.times.at_most": (" at most 0 times", " at most once", " at most 2 times"),
    "filters.leaves.Events.times.exactly": (" exactly 0 times", " exactly once", " exactly 2 times"),
    "filters.leaves.Events.times.between": (" 0 to 0 times", " 1 to 1 times", " 2 to 2 times"),
    "filters.leaves.People.things": ("decision-makers", "decision-maker", "decision-makers"),
    "filters.leaves.Opportunities.things": ("opportunities", "opportunity", "opportunities"),
    "filters.leaves.FollowUps.things": ("follow-ups", "follow-up", "follow-ups"),
    "filters.leaves.Arrivals.things": ("arrivals", "arrival", "arrivals"),
    "filters.leaves.Owners.things": ("owners", "owner", "owners"),
    "filters.leaves.Teams.things": ("owners", "owner", "owners"),
    "filters.leaves.Consents.things": ("consents", "consent", "consents"),
    "filters.leaves.Consents.refused.things": ("refusals", "refusal", "refusals"),
    "filters.leaves.Related.things": (
        "related customers", "related customer", "related customers",
    ),
    "answers.evidence.neighbour": ("0, 0 steps away", "1, one step away", "2, 2 steps away"),
    "answers.evidence.counted": ("0 counted", "1 counted", "2 counted"),
    "answers.evidence.more": ("… and 0 more", "… and 1 more", "… and 2 more"),
    "answers.counterfactual.distances.number_up": ("0 more", "1 more", "2 more"),
    "answers.counterfactual.distances.number_down": ("0 less", "1 less", "2 less"),
    "answers.counterfactual.distances.times_up": ("0 more", "1 more", "2 more"),
    "answers.counterfactual.distances.times_down": ("0 fewer", "1 fewer", "2 fewer"),
    "answers.counterfactual.distances.days_up": ("0 days later", "one day later", "2 days later"),
    "answers.counterfactual.distances.days_down": (
        "0 days earlier", "one day earlier", "2 days earlier",
    ),
    "answers.counterfactual.distances.steps_up": ("higher by 0", "higher by 1", "higher by 2"),
    "answers.counterfactual.distances.steps_down": ("lower by 0", "lower by 1", "lower by 2"),
    "answers.difference.customers_added": (
        "added customers: 0", "added customers: 1", "added customers: 2",
    ),
    "answers.difference.customers_removed": (
        "removed customers: 0", "removed customers: 1", "removed customers: 2",
    ),
    "answers.notices.saved_later": (
        "0 saved only later: 0, the first at 0 UTC; an answer as of then lacks them.",
        "1 saved only later: 1, at 1 UTC; an answer as of then lacks it.",
        "2 saved only later: 2, the first at 2 UTC; an answer as of then lacks them.",
    ),
    "changes.warnings.segment_breaks": tuple(
        f"the segment {number} will break: {number}" for number in range(3)
    ),
    "changes.warnings.taggings_end": (
        "0 customers lose the tag 0", "1 customer loses the tag 1", "2 customers lose the tag 2",
    ),
    "changes.warnings.tag_gives_way": (
        "0 customers would carry two tags where one is allowed: 0 gives way",
        "1 customer would carry two tags where one is allowed: 1 gives way",
        "2 customers would carry two tags where one is allowed: 2 gives way",
    ),
    "changes.warnings.tag_retires": (
        "the new version leaves out 0 and names no successor: it stays on 0 customers and counts nowhere",
        "the new version leaves out 1 and names no successor: it stays on 1 customer and counts nowhere",
        "the new version leaves out 2 and names no successor: it stays on 2 customers and counts nowhere",
    ),
    "changes.warnings.model_sets_it": tuple(
        f"a model sets the tags of {number}" for number in range(3)
    ),
    "changes.warnings.needs_duty": tuple(
        f"the team {number} restructures {number}" for number in range(3)
    ),
    "changes.warnings.in_use": tuple(f"the segment {number} still uses it" for number in range(3)),
    "changes.taggings": (
        "0 taggings of 0 become others or end.",
        "1 tagging of 1 becomes another or ends.",
        "2 taggings of 2 become others or end.",
    ),
    "changes.customers": ("0 customers", "1 customer", "2 customers"),
}  # fmt: skip
"""Of each text with a number, the number in place of every value: 0, 1 and 2."""


def plurals(place: str, value: Any) -> Iterator[tuple[str, Plural]]:
    """Yield every text of a language that has forms for numbers, with its place."""
    if isinstance(value, Plural):
        yield place, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from plurals(f"{place}.{getattr(key, '__name__', key)}", one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from plurals(f"{place}.{field.name}".strip("."), getattr(value, field.name))


def test_every_text_with_a_number_reads_well_for_none_one_and_two() -> None:
    found = {
        place: tuple(ENGLISH.numbered(text, number, *[number] * 3) for number in range(3))
        for place, text in plurals("", ENGLISH)
    }
    assert found == FORMS


def event(**asked: Any) -> dict[str, Any]:
    return {"event": {"type": "visit", **asked}}


def people(**asked: Any) -> dict[str, Any]:
    return {"people": asked}


@pytest.mark.parametrize(
    ("filter_", "told"),
    [
        (event(window={"lastDays": 1}), "“Visit” at least once, in the last day"),
        (event(window={"lastDays": 2}), "“Visit” at least once, in the last 2 days"),
        (event(atLeast=0, atMost=1), "“Visit” at most once"),
        (event(atLeast=1, atMost=1), "“Visit” exactly once"),
        (event(atLeast=1, atMost=2), "“Visit” 1 to 2 times"),
        (event(atLeast=2), "“Visit” at least 2 times"),
        (event(atMost=0), "“Visit” never"),
        (people(atMost=0), "no known decision-maker"),
        (people(atMost=1), "at most 1 decision-maker"),
        (people(atLeast=1, atMost=1), "exactly 1 decision-maker"),
        (people(atLeast=1, atMost=2), "1 to 2 decision-makers"),
        (people(atLeast=2), "at least 2 decision-makers"),
        (
            {"tags": {"dimension": "hobby", "hasAny": True, "taggedWithinDays": 1}},
            "Hobby has any tag (tagged in the last day)",
        ),
        (
            {"attribute": {"key": "founded", "date": {"inLastDays": 1}}},
            "Founded in the last day",
        ),
        (
            {"attribute": {"key": "founded", "date": {"inNextDays": 2}}},
            "Founded in the next 2 days",
        ),
        (
            {
                "sequence": {
                    "first": {"type": "visit"},
                    "then": {"type": "purchase"},
                    "withinDays": 1,
                }
            },
            "“Visit”, then “Purchase”, within one day",
        ),
        (
            {
                "stopped": {
                    "type": "visit",
                    "did": {"lastDays": 2},
                    "didNot": {"lastDays": 1},
                }
            },
            "“Visit” in the last 2 days, but not in the last day",
        ),
    ],
)
def test_a_filter_asks_for_numbers_in_the_right_form(filter_: dict[str, Any], told: str) -> None:
    assert sentence(decode(filter_), CATALOGUE, "en") == told


def test_evidence_and_warnings_tell_numbers_in_the_right_form() -> None:
    assert evidence_line(Neighbour("n", "North", 1), CATALOGUE, "en") == "North, one step away"
    one, many = (
        PlanWarning(kind=WarningKind.TAGGINGS_END, subject="size/small", count=count)
        for count in (1, 2_000)
    )
    assert warned(one, "en") == "1 customer loses the tag size/small"
    assert warned(many, "en") == "2,000 customers lose the tag size/small"


def test_a_notice_tells_of_one_and_of_more_than_are_counted() -> None:
    def told(later: int) -> str:
        first = NOW + timedelta(days=1)
        notice = Notice(NoticeCode.PEOPLE_SAVED_LATER, NOW, later, first, nothing_before=later > 1)
        return notice_line(notice, "en")

    assert told(1) == (
        "Decision-makers saved only later: 1, at 2026-03-02 12:00 UTC; an answer as of then lacks it."
    )
    assert told(10_000) == (
        "Nothing is known of decision-makers at 2026-03-01 12:00 UTC. Decision-makers saved only later:"
        " 10,000 or more, the first at 2026-03-02 12:00 UTC; an answer as of then lacks them."
    )
