"""Cypher of leaves on people: decision-makers, and the employees who own customers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.engines.cypher import activity, comparisons, past
from profilegraph.engines.cypher.comparisons import listed, one_of, optional
from profilegraph.engines.cypher.queries import (
    FOUND,
    OFTEN,
    LeafCompiler,
    LeafQueries,
    Query,
    counted,
    span_of,
)
from profilegraph.language.facts import Context
from profilegraph.language.nodes import (
    DepartmentTest,
    Leaf,
    Owners,
    ParticipationTest,
    People,
    PersonTest,
    Teams,
)


def _person(*, past_: bool) -> str:
    """Return the predicate on a person: `who` for the edges, `p` for the values, which may be former ones."""
    return " AND ".join(_person_tests(past_=past_))


def _person_tests(*, past_: bool) -> Iterator[str]:
    yield from past.held("p", past=past_)
    yield one_of("p.role", "$q.roles")
    yield optional("$q.title", comparisons.text("p.title", "$q.title"))
    yield optional("$q.influence", comparisons.number("p.influence", "$q.influence"))
    yield optional("$q.stance", comparisons.number("p.stance", "$q.stance"))
    superiors = f"COUNT {{ (who){past.steps('REPORTS_TO', 1, past=past_)}() }}"
    yield _of_count("depth", superiors, "$q.depth", comparisons.number("depth", "$q.depth"))
    yield optional("$q.department", _department(past_=past_))
    did = f"COUNT {{ (who)-[:DID]->(e:Event) WHERE {activity.event('e', '$q.did')} }}"
    yield _of_count("times", did, "$q.did", "$q.did.least <= times AND times <= $q.did.most")
    yield optional("$q.part", _participation(past_=past_))


def _of_count(name: str, count: str, asked: str, test: str) -> str:
    # Named in a list of one, as what is counted within a comparison of its own would be twice.
    return optional(asked, f"any({name} IN [{count}] WHERE {test})")


def _department(*, past_: bool) -> str:
    """Return the predicate on the person's department, or one that it is part of."""
    works, asked = past.edges("WORKS_IN", past=past_), "$q.department"
    tests = [
        f"(NOT {asked}.exact OR own = above)",
        one_of("d.function", f"{asked}.functions"),
        optional(f"{asked}.name", comparisons.text("d.name", f"{asked}.name")),
        *past.held("works", past=past_),
        *past.held("d", past=past_),
    ]
    above = f"(own:Department){past.steps('PART_OF', 0, past=past_)}"
    above += past.record("Department", "d", "above", past=past_) if past_ else "(above:Department)"
    bound = " ".join(
        [f"MATCH (who)-[works:{works}]->{above}", "" if past_ else "WITH own, above, above AS d"]
    )
    return f"EXISTS {{ {bound} WHERE {' AND '.join(tests)} }}"


def _participation(*, past_: bool) -> str:
    part = past.edges("TAKES_PART_IN", past=past_)
    tests = [
        one_of("part.role", "$q.part.roles"),
        activity.opportunity("o", "$q.part.where"),
        *past.held("part", past=past_),
        *past.held("o", past=past_),
    ]
    sale = past.record("Opportunity", "o", past=past_)
    return f"EXISTS {{ (who)-[part:{part}]->{sale} WHERE {' AND '.join(tests)} }}"


def _source(*, past_: bool) -> str:
    """Return the clauses that bind each person to `who`, its values to `p`, and its customer to `c`.

    The rebinding of the values ends a part of the query, so that the tests after it are planned
    once and not for each order in which the pattern can be matched.
    """
    known = f"MATCH (c:Customer)<-[:OF]-{past.record('DecisionMaker', 'was', 'who', past=past_)}"
    return (
        f"{known} WITH c, who, was AS p"
        if past_
        else known.replace("(was", "(who") + " WITH c, who, who AS p"
    )


SEATS = {one: f"{_source(past_=one)} WHERE {_person(past_=one)}" for one in (False, True)}
"""The clauses that match persons and customers, `who` and `c`; they end in a condition."""
_PEOPLE = {one: f"{SEATS[one]} {OFTEN}" for one in (False, True)}


def people(leaf: People, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the number of decision-makers."""
    return counted(_PEOPLE[context.past], person_values(leaf.where, context), leaf)


def person_values(test: PersonTest, context: Context) -> dict[str, Any]:
    """Return the parameters of `SEATS`."""
    title, department, did, part = test.title, test.department, test.did, test.takes_part_in
    return {
        "now": context.now,
        "roles": None if test.roles is None else [role.value for role in test.roles],
        "title": None if title is None else comparisons.text_values(title),
        "influence": None if test.influence is None else comparisons.number_values(test.influence),
        "stance": None if test.stance is None else comparisons.number_values(test.stance),
        "depth": None if test.chain_depth is None else comparisons.number_values(test.chain_depth),
        "department": None if department is None else _department_values(department),
        "did": None
        if did is None
        else activity.event_values(did, did.window, context) | span_of(did),
        "part": None if part is None else _participation_values(part, context),
    }


def _department_values(test: DepartmentTest) -> dict[str, Any]:
    functions = test.functions
    return {
        "functions": None if functions is None else [one.value for one in functions],
        "name": None if test.name is None else comparisons.text_values(test.name),
        "exact": test.exact,
    }


def _participation_values(test: ParticipationTest, context: Context) -> dict[str, Any]:
    return {
        "roles": None if test.roles is None else [role.value for role in test.roles],
        "where": activity.opportunity_values(test.where, context),
    }


_OWNED = (
    f"MATCH (c:Customer)<-[owns:OWNS]-(w:Employee) WHERE {comparisons.moment('owns.since', '$q')}"
)
_OWNERS = f"{_OWNED} AND {one_of('w.key', '$q.employees')} {OFTEN}"
_TEAMS = (
    f"{_OWNED} AND EXISTS {{ (w)-[:MEMBER_OF]->(own:Team)-[:PART_OF]->{{0,}}(m:Team)"
    f" WHERE (NOT $q.exact OR own = m) AND {one_of('m.key', '$q.teams')} }} {OFTEN}"
)


def owners(leaf: Owners, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the number of owners."""
    values = comparisons.moment_values(leaf.window, context.now)
    return counted(_OWNERS, values | {"employees": listed(leaf.employees)}, leaf)


def teams(leaf: Teams, _: Catalogue, context: Context) -> LeafQueries:
    """Return the queries of a leaf on the number of owners in such a team."""
    values = comparisons.moment_values(None, context.now)
    return counted(_TEAMS, values | {"teams": listed(leaf.teams), "exact": leaf.exact}, leaf)


_EVERYONE = {
    one: f"MATCH (c:Customer) WHERE {past.existed(past=one)} {FOUND}" for one in (False, True)
}


def everyone(context: Context) -> Query:
    """Return the query of all customers that there are, whatever the scope is."""
    return Query(_EVERYONE[context.past], {"now": context.now})


STATEMENTS = (
    *_EVERYONE.values(),
    *_PEOPLE.values(),
    _OWNERS,
    _TEAMS,
)
"""All statements of this module."""
LEAVES: Mapping[type[Leaf], LeafCompiler] = {
    People: people,
    Owners: owners,
    Teams: teams,
}
