"""GraphQL types of roles, and of why somebody may see a customer."""

from __future__ import annotations

import strawberry
from strawberry.scalars import JSON

from profilegraph.api.runtime.context import Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.enums import Permission, RowAccess
from profilegraph.api.runtime.fields import field, list_field
from profilegraph.api.runtime.ids import Node
from profilegraph.api.runtime.labels import Locale
from profilegraph.api.segments.explanation import ConditionVerdict, conditions_of
from profilegraph.domain import access as domain
from profilegraph.engines.reference.evaluator import Verdict
from profilegraph.language.codec import encode
from profilegraph.services.access.explaining import AccessExplanation, GrantVerdict


@object_type
class Role(Node):
    """A named set of permissions, and the customers for which it grants them."""

    role: strawberry.Private[domain.Role]
    rows: RowAccess = strawberry.field(description="For which customers.")
    filter: JSON | None = strawberry.field(description="For rows by FILTER, the filter.")
    built_in: bool = strawberry.field(description="Whether every deployment has it.")

    @classmethod
    def of(cls, role: domain.Role) -> Role:
        """Return the API's view of a role."""
        return cls(
            role=role,
            key=role.key,
            rows=role.rows,
            filter=None if role.filter is None else JSON(dict(role.filter)),
            built_in=role.built_in,
        )

    @list_field
    def permissions(self) -> list[Permission]:
        """What it permits."""
        return sorted(self.role.permissions)

    @field
    def label(self, locale: Locale = "en") -> str:
        """What people call it; its key if it has no label."""
        return self.role.label(locale)


@object_type
class GrantExplanation:
    """Whether a customer is among the rows of a role, and why."""

    verdict: strawberry.Private[Verdict]
    customer_key: strawberry.Private[str]
    role: str = strawberry.field(description="Key of the role.")
    granted: strawberry.Private[frozenset[Permission]]
    holds: bool = strawberry.field(description="Whether the customer is among its rows.")

    @classmethod
    def of(cls, one: GrantVerdict, customer: str) -> GrantExplanation:
        """Return the API's view of what a role says to a customer."""
        return cls(
            verdict=one.verdict,
            customer_key=customer,
            role=one.grant.role,
            granted=one.grant.permissions,
            holds=one.verdict.holds,
        )

    @list_field
    def permissions(self) -> list[Permission]:
        """What it permits."""
        return sorted(self.granted)

    @field
    def filter(self) -> JSON:
        """The filter of its rows."""
        return JSON(encode(self.verdict.node))

    @field
    async def text(self, info: Info, locale: Locale = "en") -> str:
        """The filter of its rows as a sentence."""
        return await info.context.sentence(self.verdict.node, locale)

    @list_field
    def conditions(self) -> list[ConditionVerdict]:
        """Each condition of the filter, with the evidence."""
        return conditions_of(self.verdict, self.customer_key)


@object_type
class CustomerAccess:
    """Whether somebody may see a customer, and what each of their roles says to it."""

    explanation: strawberry.Private[AccessExplanation]

    @field
    def visible(self) -> bool:
        """Whether the customer is visible."""
        return self.explanation.visible

    @list_field
    def grants(self) -> list[GrantExplanation]:
        """What each role says."""
        customer = self.explanation.customer
        return [GrantExplanation.of(one, customer) for one in self.explanation.grants]

    @list_field
    def within(self) -> list[ConditionVerdict]:
        """The conditions of the filter that narrows all roles; none if none does."""
        found = self.explanation.within
        return [] if found is None else conditions_of(found, self.explanation.customer)
