"""All, any and not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.spec.conftest import Members

WORLD = """
metrics:
customer | key   | value
one      | score | 1
two      | score | 2
three    | score | 3
"""


def score(**test: object) -> dict[str, Any]:
    return {"metric": {"key": "score", "number": test}}


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({"all": []}, {"one", "two", "three"}),
        ({"any": []}, set()),
        ({"not": {"all": []}}, set()),
        ({"not": {"any": []}}, {"one", "two", "three"}),
        ({"all": [score(gte=2), score(lte=2)]}, {"two"}),
        ({"any": [score(eq=1), score(eq=3)]}, {"one", "three"}),
        ({"not": score(eq=1)}, {"two", "three"}),
        ({"not": {"not": score(eq=1)}}, {"one"}),
        ({"not": {"any": [score(eq=1), score(eq=2)]}}, {"three"}),
        ({"all": [{"any": [score(eq=1), score(eq=2)]}, {"not": score(eq=1)}]}, {"two"}),
        ({"any": [{"all": [score(gte=1), score(lte=1)]}, {"all": [score(eq=9)]}]}, {"one"}),
    ],
)
async def test_conditions_combine_to_any_depth(
    members: Members, filter_: dict[str, Any], expected: set[str]
) -> None:
    assert await members(WORLD, filter_) == expected
