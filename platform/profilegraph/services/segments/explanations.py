"""What an explanation says beside its verdicts: what keeps a customer out."""

from __future__ import annotations

import asyncio

from profilegraph.engines.reference.counterfactual import Missing, nearest_miss
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.language.facts import When
from profilegraph.services.evaluation.choosing import grounds
from profilegraph.services.platform import Platform


async def missing(platform: Platform, verdict: Verdict, when: When) -> Missing:
    """Return the fewest conditions that would have to change, of equally many the nearest.

    `when` is that of the verdict. None where no change would do; none for a member.
    """
    # It is a search, and what searches is slow to load.
    known = await grounds(platform, [verdict.node], when)
    return await asyncio.to_thread(nearest_miss, verdict, *known)
