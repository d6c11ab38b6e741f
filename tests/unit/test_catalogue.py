"""The catalogue: what the taxonomies in force make together."""

from __future__ import annotations

from typing import Any

import pytest

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.errors import Conflict, NotFound


def labels(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


def tag(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "labels": labels(key), **more}


def dimension(key: str, *tags: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "labels": labels(key),
        "cardinality": "multi",
        "tags": [*tags],
        **more,
    }


def taxonomy(key: str, *dimensions: dict[str, Any], **more: Any) -> Taxonomy:
    return Taxonomy.model_validate(
        {
            "key": key,
            "version": "1.0.0",
            "labels": labels(key),
            "dimensions": [*dimensions],
            **more,
        }
    )


RENAMED = Catalogue.of(
    [
        taxonomy(
            "fleets",
            dimension(
                "use",
                tag("goods", aliases=["cargo", "freight/cargo"]),
                tag("people"),
                aliases=["purpose"],
            ),
        )
    ]
)


@pytest.mark.parametrize(
    ("key", "now"),
    [
        ("use/goods", "use/goods"),
        ("use/cargo", "use/goods"),
        ("freight/cargo", "use/goods"),
        ("purpose/cargo", "use/goods"),
        ("purpose/people", "use/people"),
        ("purpose/none", "use/none"),
        ("other/none", "other/none"),
    ],
)
def test_a_tag_is_found_by_every_key_that_it_had(key: str, now: str) -> None:
    assert RENAMED.current_tag(key) == now


@pytest.mark.parametrize(("key", "now"), [("use", "use"), ("purpose", "use"), ("none", "none")])
def test_a_dimension_is_found_by_every_key_that_it_had(key: str, now: str) -> None:
    assert RENAMED.current_dimension(key) == now


@pytest.mark.parametrize(
    ("taxonomies", "message"),
    [
        (
            [taxonomy("a", dimension("use", aliases=["kind"])), taxonomy("b", dimension("kind"))],
            "'kind' is an alias of the dimension 'use', and means 'kind' already",
        ),
        (
            [
                taxonomy("a", dimension("use", aliases=["old"])),
                taxonomy("b", dimension("kind", aliases=["old"])),
            ],
            "'old' is an alias of the dimension 'kind', and means 'use' already",
        ),
        (
            [
                taxonomy("a", dimension("use", tag("goods", aliases=["kind/x"]))),
                taxonomy("b", dimension("kind", tag("x"))),
            ],
            "'kind/x' is an alias of the tag 'use/goods', and means 'kind/x' already",
        ),
        (
            [
                taxonomy("a", dimension("use", tag("goods", aliases=["kind/x"]))),
                taxonomy("b", dimension("kind", tag("y", aliases=["x"]))),
            ],
            "'kind/x' is an alias of the tag 'kind/y', and means 'use/goods' already",
        ),
    ],
)
def test_an_alias_means_one_thing_alone(taxonomies: list[Taxonomy], message: str) -> None:
    with pytest.raises(Conflict, match=message):
        Catalogue.of(taxonomies)


BASE = taxonomy("fleets", dimension("use", tag("goods")), dimension("size", ordered=True))


def extending(
    addition: dict[str, Any] | None = None, versions: str = ">=1.0,<2", **more: Any
) -> Taxonomy:
    added = [{"dimension": "use", "tags": [tag("van")]} | (addition or {})]
    return taxonomy("vans", extends={"fleets": versions}, additions=added, **more)


def test_an_extending_taxonomy_adds_tags_whatever_the_order_of_the_two() -> None:
    for taxonomies in ([BASE, extending()], [extending(), BASE]):
        catalogue = Catalogue.of(taxonomies)
        assert [one.key for one in catalogue.dimension("use").tags] == ["goods", "van"]
        assert catalogue.tag("use/van").labels.en == "van"
        assert catalogue.taxonomies == tuple(taxonomies)


def test_an_addition_knows_its_dimension_and_parents_by_former_keys_too() -> None:
    base = taxonomy(
        "fleets", dimension("purpose", tag("cargo", aliases=["goods"]), aliases=["use"])
    )
    catalogue = Catalogue.of([base, extending({"tags": [tag("van", parent="goods")]})])
    assert catalogue.tag("purpose/van").parent == "cargo"
    assert catalogue.current_tag("use/van") == "purpose/van"


@pytest.mark.parametrize(
    ("taxonomies", "message"),
    [
        ([extending()], "'vans' extends 'fleets', which is not there. Install 'fleets' first."),
        (
            [taxonomy("fleet"), extending()],
            "'vans' extends 'fleets', which is not there. Did you mean fleet?",
        ),
        (
            [BASE, extending(versions=">=1.1")],
            "'vans' extends 'fleets' >=1.1, and 'fleets' is 1.0.0. Install a version that fits",
        ),
        (
            [taxonomy("fleets", extends={"vans": ">=1"}), extending()],
            "the taxonomies 'fleets' and 'vans' extend each other",
        ),
        (
            [BASE, extending({"dimension": "uses"})],
            "adds tags to the dimension 'uses', which no taxonomy that it extends has. Did you mean use?",
        ),
        (
            [BASE, taxonomy("b", dimension("other")), extending({"dimension": "other"})],
            "adds tags to the dimension 'other', which no taxonomy that it extends has",
        ),
        ([BASE, extending({"dimension": "size"})], "adds tags to 'size', which is ordered"),
        (
            [BASE, extending({"tags": [tag("van", parent="good")]})],
            "the parent 'good' of the tag 'van' is not a tag of the dimension. Did you mean goods?",
        ),
        (
            [BASE, extending({"tags": [tag("goods")]})],
            "the taxonomies 'fleets' and 'vans' both define the tag 'use/goods'",
        ),
        (
            [BASE, extending({"tags": [tag("van", labels=labels("goods"))]})],
            "two tags of 'use' are both called 'goods'",
        ),
        (
            [taxonomy("a", dimension("size_1")), taxonomy("b", dimension("size1"))],
            "the dimensions 'size_1' and 'size1' are one name in the API: size1",
        ),
        (
            [taxonomy("a", dimension("use", deprecated={"replacedBy": "usage"}))],
            "the dimension 'use' is replaced by the dimension 'usage', which does not exist",
        ),
        (
            [taxonomy("a", dimension("use", tag("x", deprecated={"replacedBy": "use/x"})))],
            "the tag 'use/x' is replaced by itself",
        ),
        (
            [taxonomy("a", removed=[{"kind": "metric", "key": "score", "replacedBy": "points"}])],
            "the metric 'score' is replaced by the metric 'points', which does not exist",
        ),
    ],
)
def test_taxonomies_that_do_not_go_together_are_refused_with_advice(
    taxonomies: list[Taxonomy], message: str
) -> None:
    with pytest.raises(Conflict) as caught:
        Catalogue.of(taxonomies)
    assert message in str(caught.value)


def test_a_replacement_may_be_in_another_taxonomy() -> None:
    old = taxonomy("a", dimension("use", deprecated={"replacedBy": "purpose"}))
    assert Catalogue.of([old, taxonomy("b", dimension("purpose"))]).dimension("use").deprecated


def test_what_was_removed_is_told_with_what_to_use_instead() -> None:
    gone = [
        {"kind": "tag", "key": "use/boats", "replacedBy": "use/goods"},
        {"kind": "metric", "key": "score"},
    ]
    catalogue = Catalogue.of([taxonomy("a", dimension("use", tag("goods")), removed=gone)])
    with pytest.raises(NotFound, match="It was removed; use 'use/goods' instead"):
        catalogue.tag("use/boats")
    with pytest.raises(NotFound, match="There are none"):
        catalogue.metric("score")
