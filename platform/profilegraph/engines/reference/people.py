"""Leaves on people: the customer's decision-makers, and the employees who own it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from profilegraph.engines.reference.activity import events_in, opportunity_holds
from profilegraph.engines.reference.findings import CountedRecords, LeafDecision, each
from profilegraph.language.facts import Context, OwnerFact, ParticipationFact, PersonFact
from profilegraph.language.nodes import (
    DepartmentTest,
    Leaf,
    Owners,
    ParticipationTest,
    People,
    PersonTest,
    Teams,
)
from profilegraph.language.predicates import enough, number_holds, text_holds
from profilegraph.language.resolve import span


def person_holds(test: PersonTest, person: PersonFact, context: Context) -> bool:
    """Return whether a decision-maker matches a test."""
    return (
        (test.roles is None or person.role in test.roles)
        and (test.title is None or text_holds(test.title, person.title))
        and (test.department is None or _works_in(test.department, person))
        and (test.influence is None or number_holds(test.influence, person.influence))
        and (test.stance is None or number_holds(test.stance, person.stance))
        and (test.chain_depth is None or number_holds(test.chain_depth, person.chain_depth))
        and _acts_as_asked(test, person, context)
    )


def narrowed(test: PersonTest, person: PersonFact, context: Context) -> PersonFact:
    """Return a person reduced to the events and opportunities that match the condition."""
    did, part = test.did, test.takes_part_in
    events = () if did is None else events_in(did, did.window, person.events, context)
    parts = (one for one in person.takes_part_in if part and _takes_part(part, one, context))
    return replace(person, events=tuple(events), takes_part_in=tuple(parts))


def _acts_as_asked(test: PersonTest, person: PersonFact, context: Context) -> bool:
    did, part = test.did, test.takes_part_in
    return (
        did is None or enough(did, len(events_in(did, did.window, person.events, context)))
    ) and (part is None or any(_takes_part(part, one, context) for one in person.takes_part_in))


def _works_in(test: DepartmentTest, person: PersonFact) -> bool:
    departments = person.departments[:1] if test.exact else person.departments
    return any(
        (test.functions is None or department.function in test.functions)
        and (test.name is None or text_holds(test.name, department.name))
        for department in departments
    )


def _takes_part(test: ParticipationTest, part: ParticipationFact, context: Context) -> bool:
    return (test.roles is None or part.role in test.roles) and opportunity_holds(
        test.where, part.opportunity, context
    )


def owner_holds(leaf: Owners, owner: OwnerFact, context: Context) -> bool:
    """Return whether an owner matches a leaf."""
    return owner.since in span(leaf.window, context.now) and (
        leaf.employees is None or owner.key in leaf.employees
    )


def team_holds(leaf: Teams, owner: OwnerFact, context: Context) -> bool:
    """Return whether an owner is in one of the leaf's teams."""
    teams = owner.teams[:1] if leaf.exact else owner.teams
    asked = teams if leaf.teams is None else set(leaf.teams).intersection(teams)
    return owner.since <= context.now and bool(asked)


LEAVES: Mapping[type[Leaf], LeafDecision] = {
    People: CountedRecords(
        lambda _, here: here.facts.people,
        each(person_holds),
        test=lambda leaf: leaf.where,
        shown=narrowed,
    ),
    Owners: CountedRecords(lambda _, here: here.facts.owners, each(owner_holds)),
    Teams: CountedRecords(lambda _, here: here.facts.owners, each(team_holds)),
}
