"""Mutations on duties, for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from profilegraph.api.duties.types import DutyLoan
from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import Duty
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.taxonomies.types import Dimension
from profilegraph.domain.access import Permission
from profilegraph.domain.limits import FROZEN_DAYS, STALE_DAYS
from profilegraph.services import duties
from profilegraph.services.duties import AssignDuty, EndLoan, LendDuty
from profilegraph.services.taxonomies import cleaning
from profilegraph.services.taxonomies.cleaning import MOST_CLOSED, CleanTags

DimensionKey = Annotated[str, strawberry.argument(description="Key of the dimension.")]
WhichDuty = Annotated[Duty, strawberry.argument(description="Which duty.")]


@object_type
class CleanedTags:
    """The result of a cleaning, or of a dry run."""

    closed: int = strawberry.field(
        description="The number of closed taggings; they stay in the history."
    )
    kept: int = strawberry.field(
        description="The number of stale taggings of inactive customers, which are kept."
    )
    more: bool = strawberry.field(
        description=f"Whether there are more to close than the {MOST_CLOSED:,} of one request."
    )


@object_type
class DutyMutation:
    """Mutations on duties, and those that need a duty."""

    @field
    @requires(Permission.TAXONOMIES_WRITE)
    async def clean_tags(
        self,
        info: Info,
        dimension: DimensionKey,
        older_than_days: Annotated[
            int | None,
            strawberry.argument(
                description=(
                    "Days after which a tagging that was not repeated is stale; null for expired ones "
                    "only."
                )
            ),
        ] = STALE_DAYS,
        frozen_days: Annotated[
            int | None,
            strawberry.argument(
                description=(
                    "Days without an event after which a customer is inactive and keeps its taggings, "
                    "because they are all that is known about it; null for never."
                )
            ),
        ] = FROZEN_DAYS,
        dry_run: Annotated[
            bool,
            strawberry.argument(
                description="Whether to count only, and close nothing; needs no duty."
            ),
        ] = False,
        idempotency_key: IdempotencyKey = None,
    ) -> CleanedTags:
        """Closes the taggings of a dimension that no longer hold, of all customers.

        These are expired ones, and ones that were not repeated for long. Needs the duty CLEAN.
        """
        context = info.context
        command = CleanTags(dimension, older_than_days, frozen_days, dry_run)
        requester = command_context(context, idempotency_key)
        found = await cleaning.clean(context.platform, command, requester)
        return CleanedTags(closed=found.closed, kept=found.kept, more=found.more)

    @field
    @requires(Permission.ADMINISTER)
    async def assign_duty(
        self,
        info: Info,
        dimension: DimensionKey,
        duty: WhichDuty,
        team: Annotated[
            str | None,
            strawberry.argument(
                description="Key of the team; null restores the one that the taxonomy names."
            ),
        ],
        idempotency_key: IdempotencyKey = None,
    ) -> Dimension:
        """Assigns a duty in a dimension to a team, overriding the taxonomy.

        It stays so when the taxonomy is loaded again. Only for administrators.
        """
        context = info.context
        command = AssignDuty(dimension, duty, team)
        requester = command_context(context, idempotency_key)
        key = await duties.assign(context.platform, command, requester)
        return Dimension.of(key, await context.catalogue())

    @field
    @requires(Permission.ADMINISTER)
    async def lend_duty(
        self,
        info: Info,
        dimension: DimensionKey,
        duty: WhichDuty,
        until: Annotated[
            datetime,
            strawberry.argument(description="The end (exclusive), with a time zone."),
        ],
        employee: Annotated[
            str | None, strawberry.argument(description="Key of the employee; or give a team.")
        ] = None,
        team: Annotated[
            str | None, strawberry.argument(description="Key of the team; or give an employee.")
        ] = None,
        note: Annotated[str, strawberry.argument(description="Why.")] = "",
        idempotency_key: IdempotencyKey = None,
    ) -> DutyLoan:
        """Lends a duty in a dimension to an employee or a team until a moment.

        A loan to a team includes the teams within it. Only for administrators.
        """
        context = info.context
        command = LendDuty(dimension, duty, until, employee, team, note)
        requester = command_context(context, idempotency_key)
        loan = await duties.lend(context.platform, command, requester)
        return DutyLoan.of(loan)

    @field
    @requires(Permission.ADMINISTER)
    async def end_loan(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Business key of the loan.")],
        idempotency_key: IdempotencyKey = None,
    ) -> DutyLoan:
        """Ends a loan early; an expired one stays unchanged.

        Only for administrators.
        """
        context = info.context
        loan = await duties.end(
            context.platform, EndLoan(key), command_context(context, idempotency_key)
        )
        return DutyLoan.of(loan)
