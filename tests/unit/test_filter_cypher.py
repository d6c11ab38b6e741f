"""The Cypher of a filter, one readable file a case in tests/unit/cypher.

`python -m tests.unit.test_filter_cypher` writes the files anew; their diff is the review.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from profilegraph.domain.catalogue import Catalogue
from profilegraph.importers.taxonomies import read_taxonomy
from profilegraph.segments.codec import decode
from profilegraph.segments.to_cypher import Compiler
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
    "combination": {
        "all": [
            {"any": [{"metric": {"key": "score", "exists": True}}, {"any": []}]},
            {"not": {"attribute": {"key": "slogan", "text": {"startsWith": "美"}}}},
        ]
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
    "related_within_related": {
        "related": {
            "kinds": ["PARENT"],
            "distance": 3,
            "where": {
                "related": {
                    "kinds": ["PARTNER", "SUBSIDIARY"],
                    "atLeast": 2,
                    "where": {"people": {"where": {"did": {"type": "visit"}}}},
                }
            },
        }
    },
}


def rendered(filter_: dict[str, Any]) -> str:
    compiler = Compiler(CATALOGUE, CONTEXT)
    predicate = compiler.predicate(decode(filter_))
    values = [f"// ${name} = {value!r}" for name, value in compiler.parameters.values.items()]
    return "\n".join([f"// {filter_}", *values, predicate, ""])


@pytest.mark.parametrize("case", FILTERS)
def test_a_filter_compiles_to_the_recorded_cypher(case: str) -> None:
    assert rendered(FILTERS[case]) == (CASES / f"{case}.cypher").read_text(encoding="utf-8")


def test_every_recorded_case_is_compared() -> None:
    assert {path.stem for path in CASES.glob("*.cypher")} == FILTERS.keys()


@pytest.mark.parametrize("value", ["x' OR 1=1 //", "$p0", "}) MATCH (n) DETACH DELETE n //", "\\"])
def test_no_value_becomes_text_of_the_query(value: str) -> None:
    compiler = Compiler(CATALOGUE, CONTEXT)
    predicate = compiler.predicate(decode({"attribute": {"key": "slogan", "text": {"eq": value}}}))
    assert value not in predicate or value == "$p0"
    assert value in compiler.parameters.values.values()


if __name__ == "__main__":
    for name, case in FILTERS.items():
        (CASES / f"{name}.cypher").write_text(rendered(case), encoding="utf-8")
