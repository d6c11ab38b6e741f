"""Explanations over the API: how much was counted, what nearly was, labels in one language."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from profilegraph.domain.records.activity import Event
from profilegraph.domain.records.customers import Customer
from profilegraph.services.customers.records import save
from tests.api.conftest import Api

WHY = """query ($f: FilterInput!) { explainMember(customer: "c", filter: $f) {
  conditions { number summary zh: summary(locale: "zh-CN") evidence { ... on EventEvidence { eventKey } } }
  nearestMiss { lacks text nearestRecord { ... on EventEvidence { eventKey amount } } }
} }"""


async def test_what_was_counted_and_what_nearly_was_are_told(api: Api) -> None:
    events = [
        Event(key=f"e{days}", customer="c", type="purchase", at=api.now - timedelta(days=days),
              amount=Decimal(days))
        for days in (40, 91, 10)
    ]  # fmt: skip
    await save(api.platform, [Customer(key="c"), *events], api.now)
    asked = {"type": "purchase", "window": {"lastDays": 90}}
    found = (await api(WHY, f={"event": {**asked, "atLeast": 3}}))["explainMember"]
    [condition] = found["conditions"]
    assert (condition["number"], condition["summary"]) == (2, "2 counted")
    assert condition["zh"] == "共2条"
    assert [one["eventKey"] for one in condition["evidence"]] == ["e10", "e40"]
    [miss] = found["nearestMiss"]
    assert miss["lacks"] == ["window"]
    assert miss["nearestRecord"] == {"eventKey": "e91", "amount": "91"}
    total = {"eventTotal": {**asked, "total": {"gte": 10}}}
    [condition] = (await api(WHY, f=total))["explainMember"]["conditions"]
    assert (condition["number"], condition["summary"]) == (50, "2 counted, 50 in total")


async def test_a_label_in_one_language_is_enough_and_the_other_is_told_to_be_missing(
    api: Api,
) -> None:
    save_segment = """mutation ($labels: LabelsInput!) { saveSegment(input: {
      key: "s", labels: $labels, filter: {all: []} }) {
      label zh: label(locale: "zh-CN") missingLabels } }"""
    english = {"label": "All", "zh": "All", "missingLabels": ["zh-CN"]}
    assert await api(save_segment, labels={"en": "All"}) == {"saveSegment": english}
    both = {"label": "All", "zh": "全部", "missingLabels": []}
    assert await api(save_segment, labels={"zhCN": "全部"}) == {"saveSegment": both}
    assert (await api.error(save_segment, labels={}))["extensions"]["code"] == "INVALID_INPUT"
    made = await api(
        """mutation { saveTaxonomy(input: {key: "own", labels: {zhCN: "自建"}}) { label }
          saveDimension(input: {taxonomy: "own", key: "level", labels: {zhCN: "等级"}}) {
            label missingLabels } }"""
    )
    assert made["saveTaxonomy"] == {"label": "自建"}
    assert made["saveDimension"] == {"label": "等级", "missingLabels": ["en"]}
