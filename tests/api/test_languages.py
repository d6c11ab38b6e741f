"""Labels in any language over the API: given, kept, read, and left as they are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api

SEGMENT = """mutation ($labels: LabelsInput!) {
  saveSegment(input: {key: "s", labels: $labels, filter: {all: []}}) {
    label fr: label(locale: "fr-CA") it: label(locale: "it") labels { locale text } missingLabels } }"""
STATIC = """mutation ($labels: LabelsInput!) {
  saveStaticSegment(input: {key: "s", labels: $labels, customers: []}) {
    version labels { locale text } } }"""
GROUP = """mutation ($labels: LabelsInput!) {
  saveSegmentGroup(key: "g", labels: $labels, segments: ["a", "b"]) { labels { locale text } } }"""
DIMENSION = """mutation ($labels: LabelsInput!) {
  saveDimension(input: {taxonomy: "own", key: "level", labels: $labels}) {
    fr: label(locale: "fr") labels { locale text } missingLabels } }"""


def others(**texts: str) -> list[dict[str, str]]:
    return [{"locale": locale, "text": text} for locale, text in texts.items()]


def listed(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"locale": locale, "text": text} for locale, text in pairs]


async def test_a_segment_has_labels_in_any_language(api: Api) -> None:
    first = {"en": "Good", "others": others(fr="Bons = fidèles", de="Gute")}
    made = (await api(SEGMENT, labels=first))["saveSegment"]
    assert (made["label"], made["fr"], made["it"]) == ("Good", "Bons = fidèles", "Good")
    assert made["missingLabels"] == ["zh-CN"]
    # What is not given again stays; what is, is another.
    again = (await api(SEGMENT, labels={"others": others(fr="Fidèles")}))["saveSegment"]
    assert again["label"] == "Good"
    assert again["labels"] == listed(("en", "Good"), ("fr", "Fidèles"), ("de", "Gute"))
    asked = (await api('{ segment(key: "s") { label(locale: "fr") } }'))["segment"]
    assert asked == {"label": "Fidèles"}


async def test_a_list_has_labels_in_any_language_with_a_new_version_or_without(api: Api) -> None:
    for given in ({"en": "List", "others": others(fr="Une")}, {"others": others(fr="Liste")}):
        made = (await api(STATIC, labels=given))["saveStaticSegment"]
    assert made == {"version": 1, "labels": listed(("en", "List"), ("fr", "Liste"))}


async def test_a_group_has_labels_in_any_language(api: Api) -> None:
    for key in ("a", "b"):
        await api(SEGMENT.replace('"s"', f'"{key}"'), labels={"en": key})
    await api(GROUP, labels={"zhCN": "组", "others": others(fr="Groupe")})
    made = (await api(GROUP, labels={"en": "Group"}))["saveSegmentGroup"]
    assert made["labels"] == listed(("en", "Group"), ("zh-CN", "组"), ("fr", "Groupe"))


async def test_a_dimension_has_labels_in_any_language_and_is_renamed_in_one(api: Api) -> None:
    await api('mutation { saveTaxonomy(input: {key: "own", labels: {en: "Own"}}) { key } }')
    made = await api(DIMENSION, labels={"en": "Level", "others": others(fr="Niveau")})
    assert made["saveDimension"]["labels"] == listed(("en", "Level"), ("fr", "Niveau"))
    plan = """mutation { planTaxonomyChange(change: {rename: {
      target: "level", labels: {others: [{locale: "fr", text: "Rang"}]}}}) {
      key digest text(locale: "fr") } }"""
    planned = (await api(plan))["planTaxonomyChange"]
    assert planned["text"] == "rename level to Rang"
    apply = "mutation ($key: String!, $d: String!) { applyTaxonomyChange(key: $key, digest: $d) { key } }"
    await api(apply, key=planned["key"], d=planned["digest"])
    found = (await api('{ dimension(key: "level") { fr: label(locale: "fr") label } }'))[
        "dimension"
    ]
    assert found == {"fr": "Rang", "label": "Level"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"others": others(fr_FR="x")}, "such as fr or pt-BR"),
        ({"others": others(french="x")}, "such as fr or pt-BR"),
        ({"others": others(fr="")}, "at least 1 character"),
        ({"others": []}, "say it in zh-CN, in en, or in both"),
        ({"en": "x", "others": others(en="y")}, "'en' is given twice"),
        ({"others": [*others(fr="x"), *others(fr="y")]}, "'fr' is given twice"),
    ],
)
async def test_a_label_in_no_language_or_twice_in_one_is_refused(
    api: Api, given: dict[str, Any], told: str
) -> None:
    error = await api.error(SEGMENT, labels=given)
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert told in error["message"]
