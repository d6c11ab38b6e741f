"""The people of a filter: the decision-makers of its customers, narrowed by a condition on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from profilegraph.domain.records.kinds import DECISION_MAKER
from profilegraph.domain.records.organisation import DecisionMaker
from profilegraph.engines.cypher.people import SEATS, person_values
from profilegraph.engines.cypher.queries import Query
from profilegraph.language.facts import Context
from profilegraph.language.nodes import PersonTest
from profilegraph.storage.neo4j.database import Database
from profilegraph.storage.neo4j.readings import ReadTransaction
from profilegraph.storage.neo4j.rows import Row
from profilegraph.storage.statements import statement


@dataclass(frozen=True)
class CustomerPerson:
    """A decision-maker and the customer that it is at, by their keys."""

    person: str
    customer: str


@dataclass(frozen=True)
class PersonProfile:
    """A decision-maker, with the names of its department and its superior, or else their keys."""

    person: DecisionMaker
    department: str | None
    superior: str | None


@dataclass(frozen=True)
class PeopleQuery:
    """Matching decision-makers of some customers, given by ordinal."""

    members: BitMap
    where: PersonTest
    context: Context

    def query(self, **values: Any) -> Query:
        """Return the clauses that bind them as `who` and `c`, and the parameters of the whole query."""
        asked = person_values(self.where, self.context)
        return Query(
            f"{SEATS[self.context.past]} AND c.ordinal IN $q.members",
            {**asked, "members": list(self.members), **values},
        )


async def count_people(reading: ReadTransaction, asked: PeopleQuery) -> int:
    """Return the number of the decision-makers."""
    query = asked.query()
    [row] = await reading.run(f"{query.statement} RETURN count(*) AS count", {"q": query.values})
    count: int = row["count"]
    return count


async def page_of_people(
    reading: ReadTransaction, asked: PeopleQuery, *, first: int, after: str | None = None
) -> list[CustomerPerson]:
    """Return at most `first` of the decision-makers, by key, after a key."""
    query = asked.query(limit=first, after=after or "")
    rows = await reading.run(
        f"{query.statement} AND who.key > $q.after RETURN who.key AS person, c.key AS customer"
        " ORDER BY person LIMIT $q.limit",
        {"q": query.values},
    )
    return [CustomerPerson(row["person"], row["customer"]) for row in rows]


async def read_portraits(database: Database, people: Sequence[str]) -> dict[str, PersonProfile]:
    """Return decision-makers by their keys, without deleted ones."""
    rows = await database.read(statement("read_people"), {"keys": list(people)})
    return {row["person"]["key"]: _portrait(row) for row in rows}


def _portrait(row: Row) -> PersonProfile:
    return PersonProfile(DECISION_MAKER.read(row["person"]), row["department"], row["superior"])
