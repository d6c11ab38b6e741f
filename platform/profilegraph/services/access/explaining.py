"""Why somebody may see a customer, or may not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from profilegraph.domain.access import Permission
from profilegraph.domain.identity import AuthenticationMethod, Principal, roles_in_force
from profilegraph.engines.reference.evaluator import Verdict, explain
from profilegraph.errors import NotFound
from profilegraph.language.nodes import EVERYONE
from profilegraph.language.rewriting import current
from profilegraph.language.row_access import FULL_ACCESS, Access, Grant
from profilegraph.language.saved_filters import NO_SEGMENTS, reach
from profilegraph.services.access.granting import access_of
from profilegraph.services.access.visibility import require_visible
from profilegraph.services.platform import Platform
from profilegraph.storage.access import read_standing
from profilegraph.storage.records.facts import read_facts


@dataclass(frozen=True)
class GrantVerdict:
    """Whether a customer is among the rows of a role, with the verdict on each condition."""

    grant: Grant
    verdict: Verdict

    @property
    def visible(self) -> bool:
        """Return whether the role makes the customer visible."""
        return Permission.CUSTOMERS_READ in self.grant.permissions and self.verdict.holds


@dataclass(frozen=True)
class AccessExplanation:
    """Whether somebody may see a customer, and what each of their roles says to it."""

    customer: str
    grants: tuple[GrantVerdict, ...]
    within: Verdict | None
    """The verdict on the filter that narrows all roles; None if none does."""

    @property
    def visible(self) -> bool:
        """Return whether the customer is visible."""
        inside = self.within is None or self.within.holds
        return inside and any(one.visible for one in self.grants)


async def explain_access(platform: Platform, customer: str, now: datetime) -> AccessExplanation:
    """Return why whoever asks may see a customer.

    Raises NotFound if they may not: why not, only an administrator may ask (`explain_for`), as the
    answer tells of the customer.
    """
    await require_visible(platform, [customer], now)
    return await _explained(platform, platform.access, customer, now)


async def explain_for(
    platform: Platform, employee: str, customer: str, now: datetime
) -> AccessExplanation:
    """Return why an employee may see a customer, or may not, by the roles assigned to them.

    Raises NotFound if one of both does not exist.
    """
    standing = await read_standing(platform.database, employee)
    if standing is None:
        raise NotFound(f"no employee has the key {employee!r}.", where="employee")
    roles = roles_in_force((), employee, standing.roles)
    principal = Principal(employee, employee, AuthenticationMethod.SESSION, roles, employee)
    access = await access_of(platform.database, principal)
    return await _explained(platform, access, customer, now)


async def _explained(
    platform: Platform, access: Access, customer: str, now: datetime
) -> AccessExplanation:
    catalogue = await platform.catalogue()
    grants = [replace(one, rows=current(one.rows, catalogue)) for one in access.grants]
    within = current(access.within, catalogue)
    far = max(reach(one, NO_SEGMENTS) for one in (within, *(grant.rows for grant in grants)))
    facts = await read_facts(platform.database, customer, far)
    if facts.merged_into is not None:
        raise NotFound(
            f"the customer {customer!r} was merged into another.",
            hint=f"Ask about {facts.merged_into!r}.",
        )
    context = replace(platform, access=FULL_ACCESS).context(now)

    def told() -> AccessExplanation:
        return AccessExplanation(
            customer,
            tuple(
                GrantVerdict(one, explain(one.rows, facts, catalogue, context)) for one in grants
            ),
            None if within == EVERYONE else explain(within, facts, catalogue, context),
        )

    return await asyncio.to_thread(told)
