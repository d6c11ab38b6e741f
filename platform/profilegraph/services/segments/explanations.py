"""The counterfactual part of an explanation: what keeps a customer out."""

from __future__ import annotations

import asyncio

from profilegraph.engines.reference.counterfactual import Missing, nearest_miss
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.language.facts import When
from profilegraph.services.evaluation.choosing import evaluation_context
from profilegraph.services.platform import Platform


async def missing(platform: Platform, verdict: Verdict, when: When) -> Missing:
    """Return the fewest conditions that would have to change; among equally few, the nearest.

    `when` is the moment of the verdict. None if no change is enough; empty for a member.
    """
    # It is a search, and what searches is slow to load.
    known = await evaluation_context(platform, [verdict.node], when)
    return await asyncio.to_thread(nearest_miss, verdict, *known)
