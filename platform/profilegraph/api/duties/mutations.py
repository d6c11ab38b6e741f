"""What administrators can change about duties."""

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
from profilegraph.api.taxonomies.types import Dimension
from profilegraph.domain.limits import FROZEN_DAYS, STALE_DAYS
from profilegraph.services import duties
from profilegraph.services.duties import AssignDuty, EndLoan, LendDuty
from profilegraph.services.taxonomies import cleaning
from profilegraph.services.taxonomies.cleaning import MOST_CLOSED, CleanTags

DimensionKey = Annotated[str, strawberry.argument(description="Key of the dimension.")]
WhichDuty = Annotated[Duty, strawberry.argument(description="Which duty.")]


@object_type
class CleanedTags:
    """What cleaning did, or would do."""

    closed: int = strawberry.field(
        description="How many taggings it closed; they stay in the past."
    )
    kept: int = strawberry.field(
        description="How many more are stale, of customers who are frozen and keep them."
    )
    more: bool = strawberry.field(
        description=f"Whether there are more to close than the {MOST_CLOSED:,} of one request."
    )


@object_type
class DutyMutation:
    """What can be changed by duty, and what administrators change about it."""

    @field
    async def clean_tags(
        self,
        info: Info,
        dimension: DimensionKey,
        older_than_days: Annotated[
            int | None,
            strawberry.argument(
                description="Those last said longer ago are stale; null: only those that are over."
            ),
        ] = STALE_DAYS,
        frozen_days: Annotated[
            int | None,
            strawberry.argument(
                description="Customers without an event for so long are frozen and keep theirs: they"
                " are all that is known of them; null: nobody is frozen."
            ),
        ] = FROZEN_DAYS,
        dry_run: Annotated[
            bool,
            strawberry.argument(description="Only say what it would do; that needs no duty."),
        ] = False,
        idempotency_key: IdempotencyKey = None,
    ) -> CleanedTags:
        """Closes the taggings of a dimension that no longer hold, of all customers.

        They are those that are over, and those that nobody has said again for long. Needs the
        duty CLEAN.
        """
        context = info.context
        command = CleanTags(dimension, older_than_days, frozen_days, dry_run)
        requester = command_context(context, idempotency_key)
        found = await cleaning.clean(context.platform, command, requester)
        context.forget()
        return CleanedTags(closed=found.closed, kept=found.kept, more=found.more)

    @field
    async def assign_duty(
        self,
        info: Info,
        dimension: DimensionKey,
        duty: WhichDuty,
        team: Annotated[
            str | None,
            strawberry.argument(
                description="Key of the team; null for the one that the taxonomy names, again."
            ),
        ],
        idempotency_key: IdempotencyKey = None,
    ) -> Dimension:
        """Gives a duty in a dimension to a team, whatever its taxonomy says.

        It stays so when the taxonomy is loaded anew. Administrators alone may.
        """
        context = info.context
        command = AssignDuty(dimension, duty, team)
        requester = command_context(context, idempotency_key)
        key = await duties.assign(context.platform, command, requester)
        context.forget()
        return Dimension.of(key, await context.catalogue())

    @field
    async def lend_duty(
        self,
        info: Info,
        dimension: DimensionKey,
        duty: WhichDuty,
        until: Annotated[
            datetime,
            strawberry.argument(
                description="The first moment at which it is over, with a time zone."
            ),
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

        A team has it with the teams within it. Administrators alone may.
        """
        context = info.context
        command = LendDuty(dimension, duty, until, employee, team, note)
        requester = command_context(context, idempotency_key)
        loan = await duties.lend(context.platform, command, requester)
        context.forget()
        return DutyLoan.of(loan)

    @field
    async def end_loan(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Business key of the loan.")],
        idempotency_key: IdempotencyKey = None,
    ) -> DutyLoan:
        """Ends a loan before its time; one that is over stays so.

        Administrators alone may.
        """
        context = info.context
        loan = await duties.end(
            context.platform, EndLoan(key), command_context(context, idempotency_key)
        )
        context.forget()
        return DutyLoan.of(loan)
