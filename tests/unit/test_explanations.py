"""What decided a condition is told with its number, its total and its order; what nearly did, too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from profilegraph.domain.records.activity import FollowUp, FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import Consent
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.engines.reference.attribution import CustomerHistory, FilterAtMoment, changed
from profilegraph.engines.reference.counterfactual import nearest_miss
from profilegraph.engines.reference.evaluator import explain
from profilegraph.language.codec import decode
from profilegraph.language.facts import (
    Context,
    EventFact,
    Facts,
    OpportunityFact,
    PersonFact,
)
from profilegraph.rendering.counterfactual import miss_line
from profilegraph.rendering.evidence import counted_line, evidence_line, evidence_lines
from tests.conftest import NOW
from tests.unit.test_nearest_miss import CATALOGUE, CONTEXT, LIBRARY


def bought(days: int, amount: int = 10_000_000, key: str = "") -> EventFact:
    at = NOW - timedelta(days=days)
    return EventFact(key or f"e{days}", "purchase", at, amount=amount)


def verdict(filter_: dict[str, Any], **known: Any) -> Any:
    return explain(decode(filter_), Facts(key="c", **known), CATALOGUE, CONTEXT)


TEN = tuple(bought(days) for days in (5, 1, 9, 3, 7, 2, 8, 4, 6, 10))


def test_of_a_total_the_total_the_number_and_the_newest_are_told() -> None:
    asked = {"eventTotal": {"type": "purchase", "total": {"gt": 9_000}}}
    found = verdict(asked, events=TEN)
    assert evidence_lines(found, CATALOGUE, "en", most=5) == [
        "10 counted, 10,000 in total",
        *(
            f"Purchase on {NOW - timedelta(days=days):%Y-%m-%d %H:%M}, 1,000.00"
            for days in (1, 2, 3, 4, 5)
        ),
        "… and 5 more",
    ]
    chinese = evidence_lines(found, CATALOGUE, "zh-CN", most=5)
    assert (chinese[0], chinese[-1]) == ("共10条、合计10,000", "……另有5条")
    assert [one.key for one in found.evidence] == [f"e{day}" for day in range(1, 11)]


def test_of_a_condition_that_counts_nothing_no_number_is_told() -> None:
    found = verdict({"attribute": {"key": "slogan", "text": {"eq": "x"}}}, attributes={})
    assert counted_line(found, "en") == ""


def test_an_amount_just_below_a_limit_is_not_told_as_the_limit() -> None:
    sale = OpportunityFact("o", OpportunityOutcome.OPEN, amount=9_999_999_999)
    assert evidence_line(sale, CATALOGUE, "en") == "o, open, 999,999.9999"
    assert evidence_line(bought(1, 9_999_999_999), CATALOGUE, "zh-CN").endswith("999,999.9999")


OPEN = OpportunityOutcome.OPEN
CALLED = FollowUp(key="f", customer="c", kind=FollowUpKind.CALL, at=NOW - timedelta(days=3))
REFUSED = Consent(key="k", customer="c", purpose="mail", granted=False, at=NOW - timedelta(days=1))
NEARLY: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    "bought 91 days ago": (
        {"event": {"type": "purchase", "window": {"lastDays": 90}}},
        {"events": (bought(200), bought(91))},
        "nearest: Purchase on 2025-11-30 12:00, 1,000.00 (not as asked: when)",
        "最接近：购买，2025-11-30 12:00、1,000.00（不符：时间）",
    ),
    "a sum": (
        {"eventTotal": {"type": "purchase", "window": {"lastDays": 90}, "total": {"gte": 1}}},
        {"events": (bought(91),)},
        "nearest: Purchase on 2025-11-30 12:00, 1,000.00 (not as asked: when)",
        "最接近：购买，2025-11-30 12:00、1,000.00（不符：时间）",
    ),
    "an opportunity of nearly a million": (
        {"opportunity": {"where": {"outcomes": ["OPEN"], "amount": {"gte": 1_000_000}}}},
        {
            "opportunities": (
                OpportunityFact("far", OPEN, amount=10_000),
                OpportunityFact("lost", OpportunityOutcome.LOST, amount=9_999_999_999),
                OpportunityFact("near", OPEN, amount=9_999_999_999),
            )
        },
        "nearest: near, open, 999,999.9999 (not as asked: amount)",
        "最接近：near、进行中、999,999.9999（不符：金额）",
    ),
    "a title that nearly fits": (
        {"people": {"where": {"roles": ["DECIDER"], "title": {"contains": "CFO"}}}},
        {
            "people": (
                PersonFact("ops", title="driver", role=DecisionRole.DECIDER),
                PersonFact("cfo", title="C.F.O.", role=DecisionRole.DECIDER),
                PersonFact("it", title="cio", role=DecisionRole.USER),
            )
        },
        "nearest: cfo, C.F.O., decider (not as asked: title)",
        "最接近：cfo、C.F.O.、最终决策人（不符：职务）",
    ),
    "a visit that was a call": (
        {"followUp": {"kinds": ["VISIT"], "window": {"lastDays": 30}}},
        {"records": {FollowUp: (CALLED,)}},
        "nearest: call on 2026-02-26 12:00 (not as asked: kind)",
        "最接近：电话，2026-02-26 12:00（不符：方式）",
    ),
    "a refusal": (
        {"consent": {"purposes": ["mail"]}},
        {"records": {Consent: (REFUSED,)}},
        "nearest: mail: no, on 2026-02-28 12:00 (not as asked: yes or no)",
        "最接近：mail：拒绝，2026-02-28 12:00（不符：同意或拒绝）",
    ),
}


@pytest.mark.parametrize("case", NEARLY)
def test_what_nearly_counts_is_named_with_what_it_lacks(case: str) -> None:
    asked, known, english, chinese = NEARLY[case]
    [miss] = nearest_miss(verdict(asked, **known), CATALOGUE, CONTEXT) or ()
    for locale, told in (("en", english), ("zh-CN", chinese)):
        line = miss_line(miss, CATALOGUE, locale, LIBRARY)
        assert line.endswith(told), line


def test_where_there_is_too_much_or_nothing_else_no_record_is_named() -> None:
    never = {"event": {"type": "purchase", "atMost": 0}}
    [miss] = nearest_miss(verdict(never, events=(bought(1),)), CATALOGUE, CONTEXT) or ()
    assert miss.near is None
    [miss] = nearest_miss(verdict({"opportunity": {}}), CATALOGUE, CONTEXT) or ()
    assert miss.near is None


def test_a_change_of_a_person_is_told_without_what_nobody_asked_about() -> None:
    asked = decode({"people": {"where": {"roles": ["DECIDER"]}}})
    events = (bought(1), bought(2), bought(3))
    before = Facts(key="c", people=(PersonFact("li", role=DecisionRole.USER, events=events),))
    after = Facts(key="c", people=(PersonFact("li", role=DecisionRole.DECIDER, events=events),))
    earlier = Context(NOW - timedelta(days=1), date(2026, 2, 28), LIBRARY)
    found = changed(
        "c",
        CustomerHistory(before, after),
        FilterAtMoment(asked, earlier, CATALOGUE),
        FilterAtMoment(asked, CONTEXT, CATALOGUE),
    )
    assert found is not None
    [reason] = found.reasons
    assert reason.evidence is not None
    assert evidence_line(reason.evidence, CATALOGUE, "en") == "li, decider"
