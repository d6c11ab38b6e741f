"""Who there is, as Cypher: decision-makers, and those of us who own the customer."""

from __future__ import annotations

from collections.abc import Iterator

from profilegraph.segments.cypher import activity, comparing, past
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
    pattern = f"({frame.customer})<-[:OF]-{past.record('DecisionMaker', 'p', frame, _who(frame))}"
    return times(pattern, person(leaf.where, frame), leaf, frame)


def everyone(frame: Frame) -> str:
    """Return the pattern that binds persons to `p` and their customers to those a level deeper."""
    person = past.record("DecisionMaker", "p", frame, _who(frame))
    if frame.context.past:
        person += f", ({_who(frame)})"
    return f"{person}-[:OF]->({frame.inner().customer}:Customer)"


def _who(frame: Frame) -> str:
    """Return the variable of a person, whose values of the past another one has."""
    return frame.name("who" if frame.context.past else "p")


def person(test: PersonTest, frame: Frame) -> Iterator[str]:
    """Yield what must hold of the decision-maker bound to `p`."""
    values, who = frame.name("p"), _who(frame)
    yield from past.held(values, frame)
    if test.roles is not None:
        yield f"{values}.role IN {frame.add([role.value for role in test.roles])}"
    if test.title is not None:
        yield from comparing.text(f"{values}.title", test.title, frame)
    if test.department is not None:
        yield _department(test.department, frame)
    if test.influence is not None:
        yield from comparing.number(f"{values}.influence", test.influence, frame)
    if test.stance is not None:
        yield from comparing.number(f"{values}.stance", test.stance, frame)
    if test.chain_depth is not None:
        above = f"COUNT {{ ({who}){past.steps('REPORTS_TO', 1, frame)}() }}"
        yield from comparing.number(above, test.chain_depth, frame)
    if test.did is not None:
        yield activity.events(test.did, who, frame)
    if test.takes_part_in is not None:
        yield _participation(test.takes_part_in, frame)


def _department(test: DepartmentTest, frame: Frame) -> str:
    place, works = frame.name("d"), frame.name("works")
    tests = past.held(place, frame)
    if test.functions is not None:
        tests.append(f"{place}.function IN {frame.add([one.value for one in test.functions])}")
    if test.name is not None:
        tests += comparing.text(f"{place}.name", test.name, frame)
    edge = f"{works}:{past.edges('WORKS_IN', frame)}" if frame.context.past else ":WORKS_IN"
    tests += past.held(works, frame)
    own = past.record("Department", "d", frame)
    if not test.exact:
        own = f"(:Department){past.steps('PART_OF', 0, frame)}{own}"
    return f"EXISTS {{ ({_who(frame)})-[{edge}]->{own} WHERE {' AND '.join(tests)} }}"


def _participation(test: ParticipationTest, frame: Frame) -> str:
    part = frame.name("part")
    edge = f"{part}:{past.edges('TAKES_PART_IN', frame)}"
    path = f"({_who(frame)})-[{edge}]->{past.record('Opportunity', 'o', frame)}"
    tests = [*activity.opportunity(test.where, frame), *past.held(part, frame)]
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
    present = past.known(frame)
    scope = frame.context.scope
    if scope is None:
        return present
    owner, team = frame.name("w"), frame.name("m")
    teams = f"({owner})-[:MEMBER_OF]->(:Team)-[:PART_OF]->{{0,}}({team}:Team)"
    own = f"{owner}.key IN {frame.add(sorted(scope.employees))}"
    led = f"EXISTS {{ {teams} WHERE {team}.key IN {frame.add(sorted(scope.teams))} }}"
    owned = within(f"{frame.name('owns')}.since", None, frame, frame.context.present)
    tests = " AND ".join([*owned, f"({own} OR {led})"])
    return f"({present} AND EXISTS {{ {_owner(frame)} WHERE {tests} }})"
