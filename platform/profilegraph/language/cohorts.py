"""How customers are dealt out over cohorts: at random, stably, and the same in every evaluator.

Each customer keeps a number below 2³¹ - 1 (a prime), made from its key when it is first saved. A
salt makes four coefficients below that prime, and the polynomial of degree three that they define
(modulo the prime) deals the numbers out. Such polynomials are independent for any four customers,
and two of them for one customer: what lies in one cohort says nothing of another salt's. By
Horner's rule no step exceeds (2³¹)² + 2³¹, so 64-bit integers hold it, in Cypher as here.
"""

from __future__ import annotations

from hashlib import sha256

from profilegraph.language.nodes import Cohort

PRIME = 2**31 - 1


def cohort_number(key: str) -> int:
    """Return the number, from 0 to 2³¹ - 2, by which the customer of a key is dealt out."""
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big") % PRIME


def coefficients(salt: str) -> tuple[int, int, int, int]:
    """Return the coefficients of a salt's polynomial, that of the highest power first."""
    digest = sha256(f"cohort:{salt}".encode()).digest()
    third, second, first, constant = (
        int.from_bytes(digest[start : start + 8], "big") % PRIME for start in range(0, 32, 8)
    )
    return third, second, first, constant


def position(number: int, salt: str) -> int:
    """Return where a salt puts a customer's number, from 0 to 2³¹ - 2."""
    place = 0
    for coefficient in coefficients(salt):
        place = (place * number + coefficient) % PRIME
    return place


def span_of(leaf: Cohort) -> tuple[int, int]:
    """Return the positions that a cohort begins at and ends before."""
    return round(leaf.from_ * PRIME), round(leaf.to * PRIME)
