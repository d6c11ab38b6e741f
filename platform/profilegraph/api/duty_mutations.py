"""What administrators can change about duties."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from profilegraph.api.context import ApiContext, Info
from profilegraph.api.enums import Duty
from profilegraph.api.fields import field
from profilegraph.api.idempotency import IdempotencyKey, request_key
from profilegraph.api.types.duties import DutyLoan
from profilegraph.api.types.taxonomy import Dimension
from profilegraph.services import duties
from profilegraph.services.duties import Request

DimensionKey = Annotated[str, strawberry.argument(description="Key of the dimension.")]
WhichDuty = Annotated[Duty, strawberry.argument(description="Which duty.")]


@strawberry.type(description="What administrators can change about duties.")
class DutyMutation:
    """What administrators can change about duties."""

    @field(
        "Gives a duty in a dimension to a team, whatever its taxonomy says, and keeps it so when the"
        " taxonomy is loaded anew. Administrators alone may."
    )
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
        """Return the dimension."""
        context = info.context
        request = _request(context, idempotency_key)
        key = await duties.assign(context.platform, dimension, duty, team, request)
        context.forget()
        return Dimension.of(key, await context.catalogue())

    @field(
        "Lends a duty in a dimension to an employee, or to a team with those within it, until a"
        " moment. Administrators alone may."
    )
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
        """Return the loan."""
        context = info.context
        loan = await duties.lend(
            context.platform,
            dimension,
            duty,
            employee=employee,
            team=team,
            until=until,
            note=note,
            request=_request(context, idempotency_key),
        )
        context.forget()
        return DutyLoan.of(loan)

    @field("Ends a loan before its time; one that is over stays so. Administrators alone may.")
    async def end_loan(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="Business key of the loan.")],
        idempotency_key: IdempotencyKey = None,
    ) -> DutyLoan:
        """Return the loan."""
        context = info.context
        loan = await duties.end(context.platform, key, _request(context, idempotency_key))
        context.forget()
        return DutyLoan.of(loan)


def _request(context: ApiContext, idempotency_key: str | None) -> Request:
    return Request(context.viewer.actor, context.now, request_key(context, idempotency_key))
