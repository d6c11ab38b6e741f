"""Who there is, as Cypher: decision-makers, and those of us who own the customer."""

from __future__ import annotations

from collections.abc import Iterator

from profilegraph.segments.cypher import activity, comparing
from profilegraph.segments.cypher.comparing import joined, times, within
from profilegraph.segments.cypher.frame import Frame
from profilegraph.segments.nodes import (
    DepartmentTest,
    Owners,
    ParticipationTest,
    People,
    PersonTest,
    Teams,
    Window,
)


def people(leaf: People, frame: Frame) -> str:
    """Return the predicate on how many decision-makers match."""
    pattern = f"({frame.customer})<-[:OF]-({frame.name('p')}:DecisionMaker)"
    return times(pattern, _person(leaf.where, frame), leaf, frame)


def _person(test: PersonTest, frame: Frame) -> Iterator[str]:
    person = frame.name("p")
    if test.roles is not None:
        yield f"{person}.role IN {frame.add([role.value for role in test.roles])}"
    if test.title is not None:
        yield from comparing.text(f"{person}.title", test.title, frame)
    if test.department is not None:
        yield _department(test.department, frame)
    if test.influence is not None:
        yield from comparing.number(f"{person}.influence", test.influence, frame)
    if test.stance is not None:
        yield from comparing.number(f"{person}.stance", test.stance, frame)
    if test.chain_depth is not None:
        above = f"COUNT {{ ({person})-[:REPORTS_TO]->{{1,}}() }}"
        yield from comparing.number(above, test.chain_depth, frame)
    if test.did is not None:
        yield activity.events(test.did, person, frame)
    if test.takes_part_in is not None:
        yield _participation(test.takes_part_in, frame)


def _department(test: DepartmentTest, frame: Frame) -> str:
    place = frame.name("d")
    above = "" if test.exact else f"-[:PART_OF]->{{0,}}({place})"
    own = f"({place}:Department)" if test.exact else "(:Department)"
    tests = []
    if test.functions is not None:
        tests.append(f"{place}.function IN {frame.add([one.value for one in test.functions])}")
    if test.name is not None:
        tests += comparing.text(f"{place}.name", test.name, frame)
    path = f"({frame.name('p')})-[:WORKS_IN]->{own}{above}"
    return f"EXISTS {{ {path} WHERE {' AND '.join(tests)} }}"


def _participation(test: ParticipationTest, frame: Frame) -> str:
    part = frame.name("part")
    path = f"({frame.name('p')})-[{part}:TAKES_PART_IN]->({frame.name('o')}:Opportunity)"
    tests = list(activity.opportunity(test.where, frame))
    if test.roles is not None:
        tests.append(f"{part}.role IN {frame.add([role.value for role in test.roles])}")
    return f"EXISTS {{ {path} WHERE {joined(' AND ', tests, 'true')} }}"


def owners(leaf: Owners, frame: Frame) -> str:
    """Return the predicate on how many of us own the customer."""
    tests = list(_owned(leaf.window, frame))
    if leaf.employees is not None:
        tests.append(f"{frame.name('w')}.key IN {frame.add(list(leaf.employees))}")
    return times(_owner(frame), iter(tests), leaf, frame)


def teams(leaf: Teams, frame: Frame) -> str:
    """Return the predicate on how many owners are in such a team."""
    team = frame.name("m")
    own = f"({frame.name('w')})-[:MEMBER_OF]->"
    path = f"{own}({team}:Team)" if leaf.exact else f"{own}(:Team)-[:PART_OF]->{{0,}}({team}:Team)"
    test = "true" if leaf.teams is None else f"{team}.key IN {frame.add(list(leaf.teams))}"
    tests = [*_owned(None, frame), f"EXISTS {{ {path} WHERE {test} }}"]
    return times(_owner(frame), iter(tests), leaf, frame)


def _owner(frame: Frame) -> str:
    return f"({frame.customer})<-[{frame.name('owns')}:OWNS]-({frame.name('w')}:Employee)"


def _owned(window: Window | None, frame: Frame) -> Iterator[str]:
    return within(f"{frame.name('owns')}.since", window, frame)


def visible(frame: Frame) -> str:
    """Return the predicate that the frame's customer is there for whoever asks."""
    present = f"NOT EXISTS {{ ({frame.customer})-[:MERGED_INTO]->() }}"
    scope = frame.context.scope
    if scope is None:
        return present
    owner, team = frame.name("w"), frame.name("m")
    teams = f"({owner})-[:MEMBER_OF]->(:Team)-[:PART_OF]->{{0,}}({team}:Team)"
    own = f"{owner}.key IN {frame.add(sorted(scope.employees))}"
    led = f"EXISTS {{ {teams} WHERE {team}.key IN {frame.add(sorted(scope.teams))} }}"
    tests = " AND ".join([*_owned(None, frame), f"({own} OR {led})"])
    return f"({present} AND EXISTS {{ {_owner(frame)} WHERE {tests} }})"
