"""A language is one module: it is found, and everything that the product says is said in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.notices import Notice, NoticeCode
from profilegraph.domain.records.customers import CustomerKind, IdentityKind, Tagging
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.values import Labels
from profilegraph.engines.reference.attribution import AttributedCause
from profilegraph.engines.reference.counterfactual import nearest_miss
from profilegraph.engines.reference.evaluator import explain
from profilegraph.importers.taxonomies.files import parse_taxonomy
from profilegraph.language.codec import decode
from profilegraph.language.facts import Context, EventFact, Facts
from profilegraph.language.faults import Fault, FaultKind
from profilegraph.language.nodes import Cause, Cohort
from profilegraph.language.saved_filters import NO_SEGMENTS
from profilegraph.rendering import languages as package
from profilegraph.rendering.attribution import reason_line
from profilegraph.rendering.bucketing import parting
from profilegraph.rendering.counterfactual import miss_line
from profilegraph.rendering.difference import differences, line
from profilegraph.rendering.enum_labels import enum_label
from profilegraph.rendering.evidence import evidence_lines
from profilegraph.rendering.faults import advice_line, fault_line
from profilegraph.rendering.languages import languages, wording
from profilegraph.rendering.notices import notice_line
from profilegraph.rendering.sentences import sentence
from profilegraph.services.exports.cells import CellStyle, LabelledValue
from profilegraph.services.exports.columns import ExportSubject, choose
from profilegraph.services.segments.groups import GroupAssignment, reason
from profilegraph.services.taxonomy_changes.previews import PlanWarning, WarningKind
from profilegraph.services.taxonomy_changes.wording import warned
from tests.conftest import NOW

SUPPORT = Path(__file__).parents[1] / "support" / "languages"
TAXONOMY = """\
key: shop
version: 1.0.0
labels: {zh-CN: 商店, en: Shop}
dimensions:
  - key: size
    labels: {zh-CN: 规模, en: Size, pl: Rozmiar}
    cardinality: single
    ordered: true
    tags:
      - {key: small, labels: {zh-CN: 小, en: Small, pl: Mały}}
      - {key: large, labels: {zh-CN: 大, en: Large}}
events:
  - {key: purchase, labels: {zh-CN: 购买, en: Purchase, pl: Zakup}}
"""
CATALOGUE = Catalogue.of([parse_taxonomy(TAXONOMY, "shop.yaml")])
SMALL: dict[str, Any] = {"tags": {"dimension": "size", "lte": "small"}}
LARGE: dict[str, Any] = {"tags": {"dimension": "size", "gte": "large"}}


def bought(days: int) -> dict[str, Any]:
    return {"event": {"type": "purchase", "atLeast": 3, "window": {"lastDays": days}}}


@pytest.fixture(autouse=True)
def polish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the folder with the one file of the third language among those of the others."""
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(SUPPORT)])
    languages.cache_clear()
    yield
    languages.cache_clear()
    sys.modules.pop(f"{package.__name__}.polish", None)


def outside(text: str) -> str:
    """Return what of a text stands in no brackets: what the third language did not say."""
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = less
    return text


def said(text: str) -> str:
    """Return a text without the brackets of the third language, which has every word in them."""
    assert text
    assert outside(text) == ""
    return re.sub("[⟦⟧]", "", text)


def test_a_module_is_a_language() -> None:
    assert list(languages()) == ["zh-CN", "en", "pl"]
    for locale in ("pl", "pl-PL", "pl_PL.UTF-8"):
        assert wording(locale).locale == "pl"
    assert wording("cs").locale == "en"


def test_a_filter_is_a_sentence_with_the_labels_that_there_are() -> None:
    small, either = decode(SMALL), decode({"any": [LARGE, bought(30)]})
    assert said(sentence(small, CATALOGUE, "pl")) == "Rozmiar is Mały or below"
    assert said(sentence(either, CATALOGUE, "pl")) == (
        "Rozmiar is Large or above or “Zakup”few:  at least 3 times, many: in the last 30 days"
    )


@pytest.mark.parametrize(
    ("days", "told"),
    [(1, "in the last day"), (2, "few: in the last 2 days"), (5, "many: in the last 5 days")],
)
def test_a_number_stands_in_a_form_of_the_language(days: int, told: str) -> None:
    assert said(sentence(decode(bought(days)), CATALOGUE, "pl")).endswith(f", {told}")


def test_an_export_has_columns_and_cells_in_the_language() -> None:
    names = ["name", "kind", "identity:phone", "tags:size"]
    columns = choose(names, ExportSubject.MEMBERS, CATALOGUE)
    assert [one.labels.text("pl") for one in columns] == ["⟦Name⟧", "⟦Kind⟧", "⟦Phone⟧", "Rozmiar"]
    names = ["title", "customer.name", "customer.tags:size"]
    columns = choose(names, ExportSubject.PEOPLE, CATALOGUE)
    assert [one.labels.text("pl") for one in columns] == [
        "⟦Title⟧",
        "⟦Customer: ⟦Name⟧⟧",
        "⟦Customer: Rozmiar⟧",
    ]
    large = LabelledValue("large", CATALOGUE.tag("size/large").labels)
    small = LabelledValue("small", CATALOGUE.tag("size/small").labels)
    assert CellStyle("pl").flat((small, large)) == "Mały; Large"


def test_a_column_of_people_says_what_it_can_of_a_label_that_the_product_has_no_language_for() -> (
    None
):
    text = TAXONOMY.replace("pl: Rozmiar", "fr: Taille")
    french = Catalogue.of([parse_taxonomy(text, "shop.yaml")])
    [column] = choose(["customer.tags:size"], ExportSubject.PEOPLE, french)
    assert [column.labels.text(one) for one in ("fr", "en", "pl")] == [
        "Customer: Taille",
        "Customer: Size",
        "⟦Customer: Size⟧",
    ]


@pytest.mark.parametrize("value", [*CustomerKind, *DecisionRole, *IdentityKind])
def test_values_of_enumerations_have_names(
    value: CustomerKind | DecisionRole | IdentityKind,
) -> None:
    assert said(enum_label(value, "pl"))


@pytest.mark.parametrize("kind", FaultKind)
def test_what_is_wrong_and_what_to_do_is_told(kind: FaultKind) -> None:
    fault = Fault(kind, "filter", "", "size")
    assert said(fault_line(fault, "pl"))
    assert said(advice_line(fault, "pl"))


@pytest.mark.parametrize("cause", Cause)
def test_why_a_customer_entered_is_told(cause: Cause) -> None:
    tagging = Tagging(customer="c", tag="size/small", since=NOW, by="li")
    seen = AttributedCause(cause, decode(SMALL), tagging)
    told = said(reason_line(seen, CATALOGUE, "pl", NO_SEGMENTS))
    assert told.endswith(": Mały since 2026-03-01 12:00, by hand li")


def test_answers_are_told() -> None:
    customer = Facts(key="c", events=(EventFact("e", "purchase", NOW - timedelta(days=3)),))
    context = Context(NOW, NOW.date())
    verdict = explain(decode(bought(30)), customer, CATALOGUE, context)
    [counted, event] = evidence_lines(verdict, CATALOGUE, "pl", most=5)
    assert said(counted) == "1 counted"
    assert said(event) == "Zakup on 2026-02-26 12:00"
    missing = nearest_miss(verdict, CATALOGUE, context)
    assert missing is not None
    assert said(miss_line(missing[0], CATALOGUE, "pl", NO_SEGMENTS)).startswith("1 now; wanted: ")
    [change] = differences(decode(SMALL), decode(LARGE))
    assert said(line(change, CATALOGUE, "pl", NO_SEGMENTS)).startswith("changed: Rozmiar is Mały")
    assert said(reason(GroupAssignment(("a", "b"), (1, 2)), ["A", "B"], "pl"))


def test_buckets_have_labels() -> None:
    way = {"eventCount": {"type": "purchase", "bounds": [1, 3]}}
    labels = [one.text("pl") for one in parting(way, CATALOGUE).labels if one is not None]
    assert labels == ["0", "⟦1 to 2⟧", "⟦3 or more⟧", "⟦none of these⟧"]


@pytest.mark.parametrize("code", NoticeCode)
def test_what_was_saved_only_later_is_told(code: NoticeCode) -> None:
    told = notice_line(Notice(code, NOW, 3, NOW, nothing_before=True), "pl")
    assert said(told).startswith("nothing is known of ")


@pytest.mark.parametrize("kind", WarningKind)
def test_what_a_change_may_break_is_told(kind: WarningKind) -> None:
    assert said(warned(PlanWarning(kind=kind, subject="size/small", count=3, detail="x"), "pl"))


def test_a_label_that_lacks_the_language_is_read_in_another() -> None:
    assert Labels(zh_cn="大", en="Large").text("pl") == "Large"
    assert Labels(zh_cn="大").text("pl") == "大"
    assert Labels.model_validate({"fr": "Grand"}).text("pl") == "Grand"


def test_a_language_without_a_sentence_for_a_leaf_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = wording("pl")
    leaves = {leaf: one for leaf, one in other.filters.leaves.items() if leaf is not Cohort}
    lacking = replace(other, filters=replace(other.filters, leaves=leaves))
    monkeypatch.setattr(sys.modules[f"{package.__name__}.polish"], "WORDING", lacking)
    languages.cache_clear()
    with pytest.raises(LookupError, match="'pl' has no words for Cohort"):
        languages()
