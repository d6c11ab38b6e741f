"""The root mutations: each change is one transaction, done once per idempotency key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

import strawberry

from profilegraph.api.access.mutations import AccessMutation
from profilegraph.api.customers.activity import Event
from profilegraph.api.customers.customer import Customer
from profilegraph.api.customers.inputs import (
    EventInput,
    SaveCustomerInput,
    SaveDecisionMakerInput,
    SaveDepartmentInput,
    TaggingInput,
    key,
    present,
    values,
)
from profilegraph.api.customers.organisation import DecisionMaker, Department
from profilegraph.api.destinations.mutations import DeliveryMutation
from profilegraph.api.duties.mutations import DutyMutation
from profilegraph.api.identity.mutations import IdentityMutation
from profilegraph.api.live.mutations import LiveMutation
from profilegraph.api.runtime.context import ApiContext, Info
from profilegraph.api.runtime.definitions import object_type
from profilegraph.api.runtime.fields import field, list_field, selected_fields
from profilegraph.api.runtime.idempotency import IdempotencyKey, command_context
from profilegraph.api.runtime.permissions import requires
from profilegraph.api.segments.group_mutations import GroupMutation
from profilegraph.api.segments.mutations import SegmentMutation
from profilegraph.api.taxonomies.mutations import TaxonomyMutation
from profilegraph.domain.access import Permission
from profilegraph.domain.limits import MAX_PAGE
from profilegraph.domain.records import activity, customers, organisation
from profilegraph.domain.refusals import checked_record
from profilegraph.domain.values import Record
from profilegraph.errors import InvalidInput, NotFound
from profilegraph.services.customers import profiles, records
from profilegraph.services.customers.records import SaveRecords, TagCustomers, UntagCustomers

T = TypeVar("T")
MAX_TAGGINGS = 10_000
Customers = Annotated[list[str], strawberry.argument(description="Keys of the customers.")]


@object_type
class Mutation(
    SegmentMutation,
    LiveMutation,
    GroupMutation,
    TaxonomyMutation,
    DutyMutation,
    AccessMutation,
    IdentityMutation,
    DeliveryMutation,
):
    """The mutations.

    Each change is made as a whole or not at all.
    """

    @field
    @requires(Permission.CUSTOMERS_WRITE)
    async def save_customer(
        self,
        info: Info,
        input: Annotated[SaveCustomerInput, strawberry.argument(description="The customer.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Customer:
        """Saves a customer: a new one, or new values of a known one."""
        customer, *identities = _customer(input)
        await _save(info.context, [customer, *identities], idempotency_key)
        return _there(await Customer.load(info, customer.key), customer.key)

    @list_field
    @requires(Permission.CUSTOMERS_TAG)
    async def tag_customers(
        self,
        info: Info,
        customers: Customers,
        tags: Annotated[list[TaggingInput], strawberry.argument(description="The tags.")],
        idempotency_key: IdempotencyKey = None,
    ) -> list[Customer]:
        """Puts tags on customers; in a single dimension a new tag replaces the old one.

        Needs the duty TAG in the dimensions of the tags.
        """
        keys = _bounded(customers, tags)
        context = info.context
        command = TagCustomers(tuple(keys), tuple(present(tag) for tag in tags))
        requester = command_context(context, idempotency_key)
        await records.tag_customers(context.platform, command, requester)
        if not (keys and tags) or idempotency_key is not None:
            return await Customer.load_many(info, keys)  # they need not be there
        return await Customer.found(info, keys, selected_fields(info))

    @list_field
    @requires(Permission.CUSTOMERS_TAG)
    async def untag_customers(
        self,
        info: Info,
        customers: Customers,
        tags: Annotated[
            list[str], strawberry.argument(description="Full keys of the tags, `dimension/tag`.")
        ],
        idempotency_key: IdempotencyKey = None,
    ) -> list[Customer]:
        """Takes tags off customers; their history keeps them.

        Needs the duty TAG in the dimensions of the tags. Customers that do not exist are left out
        of the answer.
        """
        keys = _bounded(customers, tags)
        context = info.context
        command = UntagCustomers(tuple(keys), tuple(tags))
        requester = command_context(context, idempotency_key)
        await records.untag_customers(context.platform, command, requester)
        return await Customer.load_many(info, keys)

    @field
    @requires(Permission.CUSTOMERS_WRITE)
    async def save_department(
        self,
        info: Info,
        input: Annotated[SaveDepartmentInput, strawberry.argument(description="The department.")],
        idempotency_key: IdempotencyKey = None,
    ) -> Department:
        """Saves a department of a customer."""
        department = checked_record(organisation.Department, values(input))
        await _save(info.context, [department], idempotency_key)
        saved = await Department.load(info, department.customer, department.key)
        return _there(saved, department.key)

    @field
    @requires(Permission.CUSTOMERS_WRITE)
    async def save_decision_maker(
        self,
        info: Info,
        input: Annotated[SaveDecisionMakerInput, strawberry.argument(description="The person.")],
        idempotency_key: IdempotencyKey = None,
    ) -> DecisionMaker:
        """Saves a decision-maker of a customer."""
        person = checked_record(organisation.DecisionMaker, values(input))
        await _save(info.context, [person], idempotency_key)
        saved = await DecisionMaker.load(info, person.customer, person.key)
        return _there(saved, person.key)

    @list_field
    @requires(Permission.CUSTOMERS_WRITE)
    async def record_events(
        self,
        info: Info,
        events: Annotated[list[EventInput], strawberry.argument(description="The events.")],
        idempotency_key: IdempotencyKey = None,
    ) -> list[Event]:
        """Records what customers did; at most 1,000 events at a time."""
        if len(events) > MAX_PAGE:
            raise InvalidInput(f"{len(events)} events are too many at once.", where="events")
        recorded = [checked_record(activity.Event, present(one)) for one in events]
        await _save(info.context, recorded, idempotency_key)
        database = info.context.platform.database
        found = await profiles.read_events_by_key(database, [one.key for one in recorded])
        by_key = {one.key: Event.of(one) for of in found.values() for one in of}
        return [by_key[one.key] for one in recorded]


async def _save(
    context: ApiContext,
    changes: Sequence[Record],
    idempotency_key: str | None,
) -> None:
    requester = command_context(context, idempotency_key)
    await records.save_records(context.platform, SaveRecords(tuple(changes)), requester)


def _customer(
    given: SaveCustomerInput,
) -> tuple[customers.Customer, *tuple[customers.Identity, ...]]:
    fields = values(given, "key", "name") | present(given, "kind", "created_at")
    attributes = {one.key: one.value() for one in present(given).get("attributes", ())}
    customer = checked_record(customers.Customer, fields | {"attributes": attributes})
    identities = [
        checked_record(customers.Identity, present(one) | {"customer": given.key})
        for one in present(given).get("identities", ())
    ]
    return customer, *identities


def _bounded(on: list[str], tags: list[TaggingInput] | list[str]) -> list[str]:
    if len(on) * len(tags) > MAX_TAGGINGS:
        raise InvalidInput(
            f"{len(on)} customers with {len(tags)} tags each are too many at once.",
            where="customers",
            hint=f"Send at most {MAX_TAGGINGS:,} taggings a request.",
        )
    return [key(one, "customers") for one in on]


def _there(saved: T | None, wanted: str) -> T:
    if saved is None:
        raise NotFound(f"{wanted!r} was saved and is gone again.")
    return saved
