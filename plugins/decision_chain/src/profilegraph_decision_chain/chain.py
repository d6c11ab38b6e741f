"""The reporting lines of people as numbers: how deep each stands, and who is a core decider."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.hooks import PersonTable

CORE = (DecisionRole.DECIDER, DecisionRole.ECONOMIC_BUYER)
MOST_LAYERS = 64


def depths(people: PersonTable) -> NDArray[np.int64]:
    """Return how many superiors each person has, (m,): 0 for a head.

    A line of more than 64 is cut off there.
    """
    above = superiors(people)
    found = np.zeros(len(people), np.int64)
    current = above
    for _ in range(MOST_LAYERS):
        known = current >= 0
        if not known.any():
            break
        found += known
        current = np.where(known, above[current], -1)
    return found


def superiors(people: PersonTable) -> NDArray[np.int64]:
    """Return the row of each person's superior, (m,); -1 where there is none."""
    rows = {key: row for row, key in enumerate(people.key.tolist())}
    return np.array([rows.get(boss, -1) for boss in people.reports_to.tolist()], np.int64)


def core(
    people: PersonTable, roles: Sequence[DecisionRole] = CORE, influence: float = 0.0
) -> NDArray[np.bool_]:
    """Return who is a core decider, (m,): of one of the roles, and not known to have less influence."""
    known = np.isin(people.role, [role.value for role in roles])
    return known & ~(people.influence < influence)
