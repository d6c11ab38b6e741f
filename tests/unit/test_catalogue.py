"""The catalogue: what the taxonomies in force make together."""

from __future__ import annotations

from typing import Any

import pytest

from profilegraph.domain.catalogue import Catalogue
from profilegraph.domain.taxonomy import Taxonomy
from profilegraph.errors import Conflict


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
            [taxonomy("a", dimension("use", tag("goods", aliases=["people"]), tag("people")))],
            "'use/people' is an alias of the tag 'use/goods', and means 'use/people' already",
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
