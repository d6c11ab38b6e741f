"""The assignment of customers to cohorts: random, stable, and equal in all evaluators.

Each customer stores a number below 2³¹ - 1 (a prime), derived from its key when it is first saved.
A salt gives four coefficients below that prime, and the polynomial of degree three that they define
(modulo the prime) gives the position of a number. Such polynomials are independent for any four
customers, and two of them for one customer: membership in a cohort tells nothing about the cohorts
of another salt. By Horner's rule no step exceeds (2³¹)² + 2³¹, so 64-bit integers hold it, in
Cypher as here.
"""

from __future__ import annotations

from hashlib import sha256

from profilegraph.language.nodes import Cohort

PRIME = 2**31 - 1


def cohort_number(key: str) -> int:
    """Return the number of the customer with a key, from 0 to 2³¹ - 2."""
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big") % PRIME


def coefficients(salt: str) -> tuple[int, int, int, int]:
    """Return the coefficients of a salt's polynomial, highest power first."""
    digest = sha256(f"cohort:{salt}".encode()).digest()
    third, second, first, constant = (
        int.from_bytes(digest[start : start + 8], "big") % PRIME for start in range(0, 32, 8)
    )
    return third, second, first, constant


def position(number: int, salt: str) -> int:
    """Return the position of a customer's number by a salt, from 0 to 2³¹ - 2."""
    place = 0
    for coefficient in coefficients(salt):
        place = (place * number + coefficient) % PRIME
    return place


def span_of(leaf: Cohort) -> tuple[int, int]:
    """Return the first position of a cohort and the one after its last."""
    return round(leaf.from_ * PRIME), round(leaf.to * PRIME)
