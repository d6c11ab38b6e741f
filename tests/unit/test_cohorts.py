"""Random shares: even, independent of one another, and held by 64-bit integers."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import pytest

from profilegraph.language.cohorts import PRIME, coefficients, cohort_number, position, span_of
from profilegraph.language.nodes import Cohort

NUMBERS = [cohort_number(f"customer-{n}") for n in range(20_000)]
SALTS = ("spring", "summer", "autumn", "winter", "a", "b")
CELLS = 10


def cell(number: int, salt: str) -> int:
    return position(number, salt) * CELLS // PRIME


def chi_squared(counts: Counter[object], cells: int) -> float:
    expected = len(NUMBERS) / cells
    deviations = sum((count - expected) ** 2 for count in counts.values())
    return (deviations + (cells - len(counts)) * expected**2) / expected


@pytest.mark.parametrize("salt", SALTS)
def test_each_share_has_as_many_customers_as_chance_gives_it(salt: str) -> None:
    counts: Counter[object] = Counter(cell(number, salt) for number in NUMBERS)
    assert chi_squared(counts, CELLS) < 27.9  # 9 degrees of freedom, 1 in 1,000


@pytest.mark.parametrize(("one", "other"), list(combinations(SALTS, 2)))
def test_the_share_of_one_salt_says_nothing_of_another_s(one: str, other: str) -> None:
    counts: Counter[object] = Counter((cell(n, one), cell(n, other)) for n in NUMBERS)
    assert chi_squared(counts, CELLS**2) < 148.3  # 99 degrees of freedom, 1 in 1,000


def test_neighbouring_keys_lie_no_closer_than_others() -> None:
    together = sum(cell(one, "spring") == cell(next_, "spring") for one, next_ in pairwise(NUMBERS))
    assert abs(together / len(NUMBERS) - 1 / CELLS) < 0.0075  # 3.5 standard deviations


def test_a_position_is_the_same_on_every_machine() -> None:
    assert cohort_number("acme") == 202878973
    assert position(cohort_number("acme"), "spring") == 1188267053
    assert position(cohort_number("华为"), "春季") == 1133715772


def test_no_step_of_the_computation_exceeds_64_bits() -> None:
    assert (PRIME - 1) * (PRIME - 1) + PRIME - 1 < 2**63
    assert all(0 <= one < PRIME for salt in SALTS for one in coefficients(salt))
    assert all(0 <= number < PRIME for number in NUMBERS)


def test_a_share_begins_where_the_one_before_it_ends() -> None:
    tenths = [span_of(Cohort("spring", n / 10, (n + 1) / 10)) for n in range(10)]
    assert [begin for begin, _ in tenths[1:]] == [end for _, end in tenths[:-1]]
    assert (tenths[0][0], tenths[-1][1]) == (0, PRIME)
