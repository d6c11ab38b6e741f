"""Who there is, as Cypher: decision-makers, and those of us who own the customer."""

from __future__ import annotations

from collections.abc import Iterator

from profilegraph.segments.cypher import activity, comparing
from profilegraph.segments.cypher.comparing import joined, times, within
from profilegraph.segments.cypher.scope import Scope
from profilegraph.segments.nodes import (
    DepartmentTest,
    Owners,
    ParticipationTest,
    People,
    PersonTest,
    Teams,
    Window,
)


def people(leaf: People, scope: Scope) -> str:
    """Return the predicate on how many decision-makers match."""
    pattern = f"({scope.customer})<-[:OF]-({scope.name('p')}:DecisionMaker)"
    return times(pattern, _person(leaf.where, scope), leaf, scope)


def _person(test: PersonTest, scope: Scope) -> Iterator[str]:
    person = scope.name("p")
    if test.roles is not None:
        yield f"{person}.role IN {scope.add([role.value for role in test.roles])}"
    if test.title is not None:
        yield from comparing.text(f"{person}.title", test.title, scope)
    if test.department is not None:
        yield _department(test.department, scope)
    if test.influence is not None:
        yield from comparing.number(f"{person}.influence", test.influence, scope)
    if test.stance is not None:
        yield from comparing.number(f"{person}.stance", test.stance, scope)
    if test.chain_depth is not None:
        above = f"COUNT {{ ({person})-[:REPORTS_TO]->{{1,}}() }}"
        yield from comparing.number(above, test.chain_depth, scope)
    if test.did is not None:
        yield activity.events(test.did, person, scope)
    if test.takes_part_in is not None:
        yield _participation(test.takes_part_in, scope)


def _department(test: DepartmentTest, scope: Scope) -> str:
    place = scope.name("d")
    above = "" if test.exact else f"-[:PART_OF]->{{0,}}({place})"
    own = f"({place}:Department)" if test.exact else "(:Department)"
    tests = []
    if test.functions is not None:
        tests.append(f"{place}.function IN {scope.add([one.value for one in test.functions])}")
    if test.name is not None:
        tests += comparing.text(f"{place}.name", test.name, scope)
    path = f"({scope.name('p')})-[:WORKS_IN]->{own}{above}"
    return f"EXISTS {{ {path} WHERE {' AND '.join(tests)} }}"


def _participation(test: ParticipationTest, scope: Scope) -> str:
    part = scope.name("part")
    path = f"({scope.name('p')})-[{part}:TAKES_PART_IN]->({scope.name('o')}:Opportunity)"
    tests = list(activity.opportunity(test.where, scope))
    if test.roles is not None:
        tests.append(f"{part}.role IN {scope.add([role.value for role in test.roles])}")
    return f"EXISTS {{ {path} WHERE {joined(' AND ', tests, 'true')} }}"


def owners(leaf: Owners, scope: Scope) -> str:
    """Return the predicate on how many of us own the customer."""
    tests = list(_owned(leaf.window, scope))
    if leaf.employees is not None:
        tests.append(f"{scope.name('w')}.key IN {scope.add(list(leaf.employees))}")
    return times(_owner(scope), iter(tests), leaf, scope)


def teams(leaf: Teams, scope: Scope) -> str:
    """Return the predicate on how many owners are in such a team."""
    team = scope.name("m")
    own = f"({scope.name('w')})-[:MEMBER_OF]->"
    path = f"{own}({team}:Team)" if leaf.exact else f"{own}(:Team)-[:PART_OF]->{{0,}}({team}:Team)"
    test = "true" if leaf.teams is None else f"{team}.key IN {scope.add(list(leaf.teams))}"
    tests = [*_owned(None, scope), f"EXISTS {{ {path} WHERE {test} }}"]
    return times(_owner(scope), iter(tests), leaf, scope)


def _owner(scope: Scope) -> str:
    return f"({scope.customer})<-[{scope.name('owns')}:OWNS]-({scope.name('w')}:Employee)"


def _owned(window: Window | None, scope: Scope) -> Iterator[str]:
    return within(f"{scope.name('owns')}.since", window, scope)
