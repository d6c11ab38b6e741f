"""Queries on the deployment's settings, and on labels."""

from __future__ import annotations

import strawberry

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field
from profilegraph.api.runtime.permissions import requires


@object_type
class Deployment:
    """The settings for amounts, phone numbers and days, shared by all processes on a graph."""

    currency: str = strawberry.field(description="Currency of all amounts (ISO 4217), such as CNY.")
    phone_region: str = strawberry.field(
        description="Country (ISO 3166) of phone numbers without a country code, such as CN."
    )
    timezone: str = strawberry.field(
        description="Time zone in which days begin, such as Asia/Shanghai."
    )


@object_type
class DeploymentQuery:
    """Queries on the deployment."""

    @field
    @requires(None)
    async def deployment(self, info: Info) -> Deployment:
        """The settings of the deployment, which are stored in its graph."""
        platform = info.context.platform
        await info.context.catalogue()  # a look at what changed, shared by the whole request
        kept = platform.deployment
        return Deployment(
            currency=kept.currency, phone_region=kept.phone_region, timezone=kept.timezone
        )
