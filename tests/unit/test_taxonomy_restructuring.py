"""What a change makes of taxonomies, of filters and of one customer's taggings."""

from __future__ import annotations

from typing import Any

import pytest

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.edits import World, made_key
from profilegraph.domain.taxonomy_changes.changes import TagChange
from profilegraph.domain.taxonomy_changes.restructuring import Revision, revised
from profilegraph.domain.taxonomy_changes.retagging import CarriedTagging, Rule, settled
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidInput
from profilegraph.language.codec import decode, encode
from profilegraph.language.rewriting import current
from tests.integration.test_taxonomy_changes import OWN


def after(*changes: dict[str, Any]) -> Revision:
    world: World = {"own": OWN}
    for one in changes:
        found = revised(world, TagChange.model_validate(one).act)
        world = found.after
    return found


def parents(revision: Revision, dimension: str = "hobby") -> dict[str, str | None]:
    found = Catalogue.of(revision.after.values()).dimension(dimension)
    return {tag.key: tag.parent for tag in found.tags}


def test_what_is_below_a_tag_that_goes_is_below_what_took_it_or_what_was_above() -> None:
    gone = after({"delete": {"target": "hobby/outdoor"}})
    assert parents(gone) == {"fishing": None, "hiking": None, "golf": None, "chess": None}
    merged = after({"merge": {"tags": ["hobby/outdoor"], "into": "hobby/golf"}})
    assert parents(merged)["fishing"] == "golf"
    inward = after({"merge": {"tags": ["hobby/outdoor"], "into": "hobby/fishing"}})
    assert parents(inward) == {"fishing": None, "hiking": "fishing", "golf": None, "chess": None}


def test_all_keys_that_a_tag_ever_had_lead_to_it() -> None:
    found = after(
        {"rename": {"target": "hobby/golf", "key": "golfing"}},
        {"merge": {"tags": ["hobby/golfing"], "into": "hobby/chess"}},
        {"rename": {"target": "hobby", "key": "pastime"}},
        {"move": {"target": "pastime/chess", "dimension": "club"}},
    )
    catalogue = Catalogue.of(found.after.values())
    for key in ("hobby/golf", "hobby/golfing", "pastime/chess", "hobby/chess"):
        assert catalogue.current_tag(key) == "club/chess", key


def test_a_tag_can_have_a_key_again_that_it_had() -> None:
    found = after(
        {"rename": {"target": "hobby/golf", "key": "golfing"}},
        {"rename": {"target": "hobby/golfing", "key": "golf"}},
    )
    catalogue = Catalogue.of(found.after.values())
    assert catalogue.tag("hobby/golf").aliases == ("golfing",)
    with pytest.raises(InvalidInput, match="the alias 'golfing' of 'golf' means 'golfing' already"):
        after(
            {"rename": {"target": "hobby/golf", "key": "golfing"}},
            {"rename": {"target": "hobby/golfing", "key": "golf"}},
            {"rename": {"target": "hobby/chess", "key": "golfing"}},
        )


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"rename": {"target": "hobby/golf", "key": "golfing"}}, "hobby/golfing"),
        ({"merge": {"tags": ["hobby/golf"], "into": "hobby/hiking"}}, "hobby/hiking"),
        ({"move": {"target": "hobby/golf", "dimension": "club"}}, "club/golf"),
    ],
)
def test_a_replacement_is_named_by_its_new_key(change: dict[str, Any], key: str) -> None:
    said = {"deprecate": {"target": "hobby/chess", "replacedBy": "hobby/golf"}}
    tag = Catalogue.of(after(said, change).after.values()).tag("hobby/chess")
    assert tag.deprecated is not None
    assert tag.deprecated.replaced_by == key


@pytest.mark.parametrize(
    ("change", "version"),
    [
        ({"rename": {"target": "hobby/golf", "labels": {"zh-CN": "球", "en": "Ball"}}}, "1.0.1"),
        ({"deprecate": {"target": "hobby/golf"}}, "1.1.0"),
        ({"rename": {"target": "hobby/golf", "key": "golfing"}}, "2.0.0"),
        ({"delete": {"target": "hobby"}}, "2.0.0"),
    ],
)
def test_the_version_says_how_much_has_changed(change: dict[str, Any], version: str) -> None:
    assert after(change).after["own"].version == version


@pytest.mark.parametrize(
    ("asked", "becomes"),
    [
        (
            {"anyOf": ["golf", "chess"]},
            {"any": [
                {"tags": {"dimension": "club", "anyOf": ["golf"]}},
                {"tags": {"dimension": "hobby", "anyOf": ["chess"]}},
            ]},
        ),
        (
            {"allOf": ["golf", "chess"], "minWeight": 0.5},
            {"all": [
                {"tags": {"dimension": "club", "anyOf": ["golf"], "minWeight": 0.5}},
                {"tags": {"dimension": "hobby", "anyOf": ["chess"], "minWeight": 0.5}},
            ]},
        ),
        (
            {"noneOf": ["golf", "chess"], "hasAny": True},
            {"all": [
                {"tags": {"dimension": "club", "noneOf": ["golf"]}},
                {"tags": {"dimension": "hobby", "noneOf": ["chess"]}},
                {"tags": {"dimension": "hobby", "hasAny": True}},
            ]},
        ),
        ({"anyOf": ["golf"]}, {"tags": {"dimension": "club", "anyOf": ["golf"]}}),
        ({"anyOf": ["chess"]}, {"tags": {"dimension": "hobby", "anyOf": ["chess"]}}),
    ],
)  # fmt: skip
def test_a_condition_on_tags_that_are_apart_by_now_becomes_several(
    asked: dict[str, Any], becomes: dict[str, Any]
) -> None:
    moved = after({"move": {"target": "hobby/golf", "dimension": "club"}})
    node = decode({"tags": {"dimension": "hobby", **asked}})
    assert encode(current(node, Catalogue.of(moved.after.values()))) == becomes


NOW = 100


def fates(*taggings: tuple[str, int, int | None], **rule: Any) -> dict[str, str | None]:
    given = Rule(
        rule["moves"], frozenset(rule.get("single", ())), frozenset(rule.get("narrow", ()))
    )
    carried = [CarriedTagging(tag, since, until, None) for tag, since, until in taggings]
    return {one.tagging.tag: one.to for one in settled(carried, given, NOW)}


def test_of_taggings_that_meet_the_newest_that_holds_stays() -> None:
    moves = {"a/x": "a/y"}
    assert fates(("a/x", 10, None), moves=moves) == {"a/x": "a/y"}
    assert fates(("a/x", 10, None), ("a/y", 5, None), moves=moves) == {"a/x": "a/y", "a/y": None}
    assert fates(("a/x", 5, None), ("a/y", 10, None), moves=moves) == {"a/x": None}
    assert fates(("a/x", 10, None), ("a/y", 10, None), moves=moves) == {"a/x": None}
    assert fates(("a/x", 10, 50), ("a/y", 5, None), moves=moves) == {"a/x": None}
    assert fates(("a/x", 200, None), ("a/y", 5, None), moves=moves) == {"a/x": None}


def test_in_a_single_dimension_tags_of_elsewhere_meet_those_that_are_there() -> None:
    moves = {"b/x": "a/x"}
    some = (("b/x", 10, None), ("a/y", 5, None))
    assert fates(*some, moves=moves) == {"b/x": "a/x"}
    assert fates(*some, moves=moves, single=["a"]) == {"b/x": "a/x", "a/y": None}
    renamed = (("a/x", 10, None), ("a/y", 200, None))
    assert fates(*renamed, moves={"a/x": "a/z"}, single=["a"]) == {"a/x": "a/z"}
    narrowed = (("a/x", 10, None), ("a/y", 20, None))
    assert fates(*narrowed, moves={}, single=["a"], narrow=["a"]) == {"a/x": None}


def test_a_key_is_made_of_any_label() -> None:
    assert made_key(Labels(zh_cn="重要", en="Key account!"), (), "tag") == "key_account"
    assert made_key(Labels(zh_cn="重要", en="Key account"), {"key_account"}, "tag") == (
        "key_account_2"
    )
    chinese = made_key(Labels(zh_cn="重要", en="重要"), (), "tag")
    assert chinese.startswith("tag_")
    assert chinese == made_key(Labels(zh_cn="重要", en="重要"), (), "tag")
    assert made_key(Labels(zh_cn="2月", en="2 months"), (), "tag").startswith("tag_")
