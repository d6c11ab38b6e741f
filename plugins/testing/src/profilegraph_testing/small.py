"""The small graph: eight invented companies, the people who decide there, and what happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from profilegraph.domain.records.activity import Event, FollowUp, FollowUpKind, Opportunity
from profilegraph.domain.records.customers import Customer, Identity, IdentityKind, Tagging
from profilegraph.domain.records.organisation import (
    DecisionMaker,
    DecisionRole,
    Employee,
    Ownership,
)
from profilegraph.domain.values import Record

NAMES = {
    "acorn": "橡果科技",
    "birch": "白桦制造",
    "cedar": "雪松金融",
    "daisy": "雏菊教育",
    "elm": "榆树零售",
    "fir": "冷杉物流",
    "ginkgo": "银杏设计",
    "hazel": None,
}
"""Customer keys and names; of `hazel` nothing is known but that it exists."""
_SIZES = ("0_20", "20_50", "50_500", "500_1000", "1000_plus")


def small_world(now: datetime) -> list[Record]:
    """Return the records of the small graph, as of a moment."""
    known = [key for key, name in NAMES.items() if name is not None]
    records: list[Record] = [Employee(key="li", name="李")]
    records += [Customer(key=key, name=name) for key, name in NAMES.items() if name]
    records.append(Customer(key="hazel"))
    for place, key in enumerate(known):
        records += _customer(key, place, now)
    return records


def _customer(key: str, place: int, now: datetime) -> list[Record]:
    size = f"company_size/{_SIZES[place % len(_SIZES)]}"
    head = DecisionMaker(
        key=f"{key}-head", customer=key, role=DecisionRole.DECIDER, influence=0.9, stance=0.2
    )
    below = DecisionMaker(
        key=f"{key}-buyer", customer=key, role=DecisionRole.TECHNICAL_BUYER, reports_to=head.key
    )
    return [
        Identity(kind=IdentityKind.EMAIL, value=f"info@{key}.example", customer=key),
        Tagging(customer=key, tag=size, since=now - timedelta(days=100)),
        Ownership(employee="li", customer=key, since=now - timedelta(days=90)),
        head,
        *([below] if place % 2 else []),
        *_purchases(key, place, now),
        Event(
            key=f"{key}-visit", customer=key, type="visit_page", at=now - timedelta(days=3 * place)
        ),
        FollowUp(
            key=f"{key}-call", customer=key, kind=FollowUpKind.CALL, at=now - timedelta(days=place)
        ),
        Opportunity(key=f"{key}-sale", customer=key, amount=Decimal(10_000 * place)),
    ]


def _purchases(key: str, place: int, now: datetime) -> list[Record]:
    return [
        Event(
            key=f"{key}-{n}",
            customer=key,
            type="purchase",
            at=now - timedelta(days=30 * n + place),
            amount=Decimal(100 * (place + 1)),
        )
        for n in range(place)
    ]
