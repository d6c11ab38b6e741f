"""Two versions of a taxonomy: what they differ in, and which version that demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.taxonomy.difference import VersionComparison, VersionStep, compare, stepped

Change = Callable[[dict[str, Any]], object]


def labels(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


def tag(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "labels": labels(key), **more}


def definition() -> dict[str, Any]:
    return {
        "key": "fleets",
        "version": "1.2.3",
        "labels": labels("Fleets"),
        "extends": {"base": ">=1"},
        "additions": [{"dimension": "pains", "tags": [tag("fuel")]}],
        "dimensions": [
            {
                "key": "size",
                "labels": labels("Size"),
                "cardinality": "single",
                "ordered": True,
                "unit": "cars",
                "tags": [tag("small", **{"from": 0, "to": 10}), tag("large", **{"from": 10})],
            },
            {
                "key": "use",
                "labels": labels("Use"),
                "cardinality": "multi",
                "tags": [tag("goods"), tag("parcels", parent="goods"), tag("people")],
            },
        ],
        "attributes": [{"key": "cars", "type": "number", "labels": labels("Cars")}],
        "events": [{"key": "drive", "labels": labels("Drive")}],
        "metrics": [{"key": "score", "labels": labels("Score")}],
    }


def size(new: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = new["dimensions"][0]
    return found


def use(new: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = new["dimensions"][1]
    return found


def compared(change: Change) -> VersionComparison:
    new = definition()
    change(new)
    return compare(Taxonomy.model_validate(definition()), Taxonomy.model_validate(new))


def rename_with_parent(new: dict[str, Any]) -> None:
    use(new)["tags"][:2] = [
        tag("cargo", aliases=["goods"], labels=labels("goods")),
        tag("parcels", parent="cargo"),
    ]


def rename_dimension(new: dict[str, Any]) -> None:
    use(new).update(key="purpose", aliases=["use"])


def move_to_dimension(new: dict[str, Any]) -> None:
    use(new)["tags"].pop()
    tags = [tag("people", aliases=["use/people"])]
    kind = {"key": "kind", "labels": labels("Kind"), "cardinality": "multi", "tags": tags}
    new["dimensions"].append(kind)


def remove_with_a_word(new: dict[str, Any]) -> None:
    use(new)["tags"].pop()
    new["removed"] = [{"kind": "tag", "key": "use/people", "replacedBy": "use/goods"}]


@pytest.mark.parametrize(
    ("change", "said", "step"),
    [
        (lambda new: None, [], VersionStep.NONE),
        (lambda new: new.update(labels=labels("Cars")), ["the taxonomy 'fleets' has another `labels`"], VersionStep.PATCH),
        (lambda new: new.update(extends={"base": ">=2"}), ["the taxonomy 'fleets' has another `extends`"], VersionStep.MINOR),
        (lambda new: size(new).update(labels=labels("Cars")), ["the dimension 'size' has another `labels`"], VersionStep.PATCH),
        (lambda new: size(new).update(folder="a", owner="ann"), ["the dimension 'size' has another `owner` and `folder`"], VersionStep.PATCH),
        (lambda new: use(new).update(ttl_days=9), ["the dimension 'use' has another `ttl_days`"], VersionStep.MINOR),
        (lambda new: use(new).update(cardinality="single"), ["the dimension 'use' has another `cardinality`"], VersionStep.MAJOR),
        (lambda new: use(new)["tags"].append(tag("fun")), ["the tag 'use/fun' was added"], VersionStep.MINOR),
        (lambda new: use(new)["tags"].pop(), ["the tag 'use/people' is gone"], VersionStep.MAJOR),
        (remove_with_a_word, ["the tag 'use/people' was removed"], VersionStep.MAJOR),
        (lambda new: new["dimensions"].pop(), ["the dimension 'use' is gone"], VersionStep.MAJOR),
        (rename_with_parent, ["the tag 'use/goods' became 'use/cargo'"], VersionStep.MINOR),
        (rename_dimension, ["the dimension 'use' became 'purpose'"], VersionStep.MINOR),
        (move_to_dimension, ["the tag 'use/people' became 'kind/people'", "the dimension 'kind' was added"], VersionStep.MAJOR),
        (lambda new: use(new)["tags"][2].update(parent="goods"), ["the tag 'use/people' has another parent"], VersionStep.MAJOR),
        (lambda new: use(new)["tags"][1].pop("parent"), ["the tag 'use/parcels' has another parent"], VersionStep.MAJOR),
        (
            lambda new: use(new).update(tags=[tag("goods", aliases=["people"]), tag("parcels", parent="goods")]),
            ["the tag 'use/people' became 'use/goods'"],
            VersionStep.MAJOR,
        ),
        (lambda new: use(new)["tags"][2].update(deprecated={}), ["the tag 'use/people' has another `deprecated`"], VersionStep.MINOR),
        (
            lambda new: size(new).update(tags=[tag("small", to=20), tag("large", **{"from": 20})]),
            ["the tag 'size/small' has another `from` and `to`", "the tag 'size/large' has another `from`"],
            VersionStep.MAJOR,
        ),
        (
            lambda new: size(new).update(tags=[tag("large", to=0), tag("small", **{"from": 0, "to": 10})]),
            ["the tag 'size/large' has another `from` and `to`", "the dimension 'size' has another `order`"],
            VersionStep.MAJOR,
        ),
        (lambda new: use(new)["tags"].reverse(), [], VersionStep.NONE),
        (lambda new: new.update(additions=[]), ["the tag 'pains/fuel' is gone"], VersionStep.MAJOR),
        (lambda new: new["attributes"][0].update(type="string"), ["the attribute 'cars' has another `type`"], VersionStep.MAJOR),
        (lambda new: new["events"].clear(), ["the event type 'drive' is gone"], VersionStep.MAJOR),
        (lambda new: new["metrics"][0].update(unit="points"), ["the metric 'score' has another `unit`"], VersionStep.MAJOR),
    ],
)  # fmt: skip
def test_a_change_is_named_and_demands_a_step(
    change: Change, said: list[str], step: VersionStep
) -> None:
    found = compared(change)
    assert [str(one) for one in found.changes] == said
    assert found.step is step


def test_only_what_goes_without_a_word_has_vanished() -> None:
    assert [one.key for one in compared(lambda new: use(new)["tags"].pop()).vanished] == [
        "use/people"
    ]
    for migrated in (remove_with_a_word, rename_dimension, move_to_dimension):
        assert compared(migrated).vanished == ()


@pytest.mark.parametrize(
    ("version", "step", "following"),
    [
        ("1.2.3", VersionStep.NONE, "1.2.3"),
        ("1.2.3", VersionStep.PATCH, "1.2.4"),
        ("1.2.3", VersionStep.MINOR, "1.3.0"),
        ("1.2.3", VersionStep.MAJOR, "2.0.0"),
        ("0.2.3", VersionStep.MINOR, "0.3.0"),
        ("0.2.3", VersionStep.MAJOR, "0.3.0"),
    ],
)
def test_the_least_version_after_a_change(version: str, step: VersionStep, following: str) -> None:
    assert stepped(version, step) == following


@pytest.mark.parametrize(
    ("version", "fits"), [("1.2.4", False), ("1.3.0", True), ("1.10.0", True), ("2.0.0", True)]
)
def test_a_version_has_to_be_far_enough_from_the_last(version: str, fits: bool) -> None:
    def added(new: dict[str, Any]) -> None:
        use(new)["tags"].append(tag("fun"))
        new["version"] = version

    found = compared(added)
    assert (found.least_version, found.version_fits) == ("1.3.0", fits)
