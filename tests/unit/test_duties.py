"""Who may do what in a dimension."""

from datetime import UTC, datetime, timedelta

import pytest

from profilegraph.domain.duties import (
    OPERATOR,
    Actor,
    Assignment,
    Governance,
    Loan,
    PermissionReason,
    may,
)
from profilegraph.domain.taxonomy.definition import Duty

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SALES = Governance({Duty.TAG: "sales", Duty.CLEAN: "sales"})


def employee(*teams: str, key: str = "li", administrator: bool = False) -> Actor:
    return Actor("Li", key, administrator, frozenset(teams))


def lent(**values: object) -> Governance:
    loan = {"employee": "li", "team": None, "since": NOW, "until": LATER, "by": "Ann"} | values
    return Governance(SALES.planned, loans=(Loan("l", "size", Duty.TAG, **loan),))  # type: ignore[arg-type]


@pytest.mark.parametrize("duty", list(Duty))
def test_administrators_and_machines_may_everything(duty):
    boss = employee(administrator=True)
    assert {
        may(actor, duty, SALES, NOW) for actor in (boss, OPERATOR, Actor("crm", administrator=True))
    } == {PermissionReason.ADMINISTRATOR}


def test_a_duty_is_that_of_the_team_and_of_no_other():
    assert may(employee("east", "sales"), Duty.TAG, SALES, NOW) is PermissionReason.TEAM
    assert may(employee("marketing"), Duty.TAG, SALES, NOW) is None
    assert may(employee("sales"), Duty.RESTRUCTURE, SALES, NOW) is None


def test_where_no_team_is_named_everybody_tags_and_administrators_do_the_rest():
    grounds = {duty: may(employee(), duty, Governance(), NOW) for duty in Duty}
    assert grounds == dict.fromkeys(Duty) | {Duty.TAG: PermissionReason.OPEN}


def test_somebody_who_is_nobody_may_nothing():
    assert may(Actor("x"), Duty.TAG, Governance(), NOW) is None


def test_what_administrators_assign_counts_instead_of_what_the_taxonomy_says():
    assigned = {Duty.TAG: Assignment("marketing", "Ann", NOW)}
    governance = Governance(SALES.planned, assigned)
    assert may(employee("marketing"), Duty.TAG, governance, NOW) is PermissionReason.TEAM
    assert may(employee("sales"), Duty.TAG, governance, NOW) is None
    assert may(employee("sales"), Duty.CLEAN, governance, NOW) is PermissionReason.TEAM


@pytest.mark.parametrize(
    ("governance", "ground"),
    [
        (lent(), PermissionReason.LOAN),
        (lent(until=NOW), None),
        (lent(until=NOW + timedelta(microseconds=1)), PermissionReason.LOAN),
        (lent(ended_at=NOW), None),
        (lent(ended_at=LATER), None),
        (lent(employee="wang"), None),
        (lent(employee=None, team="east"), PermissionReason.LOAN),
        (lent(employee=None, team="west"), None),
        (lent(employee=None), None),
    ],
    ids=[
        "it holds",
        "over at this very moment",
        "not over yet",
        "ended",
        "ended by a clock that is ahead",
        "another's",
        "the team's",
        "another team's",
        "whose borrower is gone",
    ],
)
def test_a_loan_holds_for_whom_it_was_made_until_it_is_over(governance, ground):
    assert may(employee("east"), Duty.TAG, governance, NOW) is ground


def test_a_loan_is_of_one_duty():
    assert may(employee(), Duty.CLEAN, lent(), NOW) is None
