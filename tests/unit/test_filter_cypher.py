"""The Cypher of a leaf, one readable file a case in tests/unit/cypher.

`python -m tests.unit.test_filter_cypher` writes the files anew; their diff is the review.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.cypher.compiler import STATEMENTS, leaf_queries
from profilegraph.importers.taxonomies.files import read_taxonomy
from profilegraph.language.codec import decode
from profilegraph.language.facts import Context
from profilegraph.language.nodes import AttributeLeaf, InSegment, Leaf
from tests.property.strategies import simple_leaves
from tests.spec.conftest import CONTEXT

CASES = Path(__file__).parent / "cypher"
CATALOGUE = Catalogue.of([read_taxonomy(Path(__file__).parents[1] / "spec" / "spec.yaml")])
FILTERS: dict[str, dict[str, Any]] = {
    "tag_with_descendants": {"tags": {"dimension": "region", "anyOf": ["china"]}},
    "tag_qualified_and_refused": {
        "tags": {
            "dimension": "hobby",
            "allOf": ["golf", "fishing"],
            "noneOf": ["golf"],
            "minConfidence": 0.5,
            "weekday": 6,
            "taggedWithinDays": 7,
        }
    },
    "attribute_missing_is_false": {
        "attribute": {"key": "employees", "number": {"gte": 10, "lt": 50}}
    },
    "events_in_a_window": {
        "event": {"type": "purchase", "atLeast": 2, "atMost": 5, "window": {"lastDays": 30}}
    },
    "no_such_person": {
        "people": {
            "atMost": 0,
            "where": {
                "roles": ["DECIDER"],
                "department": {"functions": ["IT"]},
                "chainDepth": {"lte": 1},
                "did": {"type": "visit"},
                "takesPartIn": {"roles": ["DECIDER"], "where": {"outcomes": ["OPEN"]}},
            },
        }
    },
    "event_total": {"eventTotal": {"type": "purchase", "total": {"gte": 10.5}}},
    "stopped": {
        "stopped": {
            "type": "visit",
            "did": {"lastDays": 90},
            "didNot": {"lastDays": 30},
        }
    },
    "sequence": {
        "sequence": {"first": {"type": "visit"}, "then": {"type": "purchase"}, "withinDays": 7}
    },
    "owned_by_a_team": {"team": {"teams": ["north"], "atLeast": 2}},
    "channel_with_those_below": {"channel": {"channels": ["ads"]}},
    "latest_consents": {"consent": {"purposes": ["email"]}},
    "cohort": {"cohort": {"salt": "spring", "to": 0.1}},
}
OF_THE_PAST = replace(CONTEXT, present=CONTEXT.now)
PAST: dict[str, dict[str, Any]] = {
    "people_of_the_past": FILTERS["no_such_person"],
    "tag_of_the_past": FILTERS["tag_with_descendants"],
}
CONTEXTS = dict.fromkeys(FILTERS, CONTEXT) | dict.fromkeys(PAST, OF_THE_PAST)
ALL = FILTERS | PAST


own_leaves = simple_leaves.filter(lambda leaf: not isinstance(leaf, InSegment))
_CLAUSES = re.compile(r" +((?:AND|CASE|MATCH|RETURN|WHERE|WITH) )")


def rendered(case: str) -> str:
    queries = leaf_queries(decode(ALL[case]), CATALOGUE, CONTEXTS[case])  # type: ignore[arg-type]
    lines = [f"// {ALL[case]}"]
    for kind, some in (("in", queries.required), ("not in", queries.excluded)):
        for query in some:
            lines += ["", f"// {kind}:", *_values("$q", query.values)]
            lines.append(_CLAUSES.sub(r"\n\1", query.statement))
    return "\n".join([*lines, ""])


def _values(place: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _values(f"{place}.{name}", one)
    else:
        yield f"// {place} = {value!r}"


@pytest.mark.parametrize("case", ALL)
def test_a_leaf_compiles_to_the_recorded_cypher(case: str) -> None:
    assert rendered(case) == (CASES / f"{case}.cypher").read_text(encoding="utf-8")


def test_every_recorded_case_is_compared() -> None:
    assert {path.stem for path in CASES.glob("*.cypher")} == ALL.keys()


@given(leaf=own_leaves, context=st.sampled_from((CONTEXT, OF_THE_PAST)))
def test_whatever_is_asked_it_is_one_of_few_texts(leaf: Leaf, context: Context) -> None:
    """The server plans each of them once: no other filter needs a plan of its own."""
    asked = leaf_queries(leaf, CATALOGUE, context)
    assert {one.statement for one in (*asked.required, *asked.excluded)} <= set(STATEMENTS)


def test_there_are_few_texts() -> None:
    assert len(STATEMENTS) <= 24


@pytest.mark.parametrize("value", ["x' OR 1=1 //", "$q", "}) MATCH (n) DETACH DELETE n //", "\\"])
def test_no_value_becomes_text_of_the_query(value: str) -> None:
    leaf = decode({"attribute": {"key": "slogan", "text": {"eq": value}}})
    assert isinstance(leaf, AttributeLeaf)
    [query] = leaf_queries(leaf, CATALOGUE, CONTEXT).required
    assert value not in query.statement or value == "$q"
    assert query.values["test"]["among"] == [value]


if __name__ == "__main__":
    for name in ALL:
        (CASES / f"{name}.cypher").write_text(rendered(name), encoding="utf-8")
