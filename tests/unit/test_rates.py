"""Each key spends so many points in a minute, and one request no more than it may."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from limits import strategies
from limits.storage import memory

from profilegraph.errors import QueryTooExpensive, RateLimited
from profilegraph.services.limits import rates
from profilegraph.services.limits.rates import RateLimiter
from profilegraph.services.limits.spending import Spending


class Clock:
    """The time that the limits go by."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    told = SimpleNamespace(time=found)
    monkeypatch.setattr(memory, "time", told)
    monkeypatch.setattr(strategies, "time", told)
    monkeypatch.setattr(rates, "time", found)
    return found


def test_a_key_that_has_spent_its_minute_waits_and_others_do_not(clock: Clock) -> None:
    limiter = RateLimiter(100)
    limiter.take("a", 99.5)
    assert limiter.remaining("a") == 0.5
    with pytest.raises(RateLimited, match="100 points") as refused:
        limiter.take("a", 1)
    assert 1 <= refused.value.retry_after <= 60
    assert limiter.remaining("a") == 0.5
    limiter.take("b", 100)
    limiter.take("a", 0.5)
    with pytest.raises(RateLimited):
        limiter.refuse_exhausted("a")
    clock.now += 121
    limiter.refuse_exhausted("a")
    limiter.take("a", 100)


def test_what_is_spent_comes_back_little_by_little(clock: Clock) -> None:
    clock.now = 1_000_020.0  # where a minute begins
    limiter = RateLimiter(100)
    limiter.take("a", 100)
    clock.now += 90
    assert 40 <= limiter.remaining("a") <= 60


def test_a_request_is_charged_before_the_work_and_no_more_than_it_may_cost(clock: Clock) -> None:
    spending = Spending("a", 50, RateLimiter(60))
    spending.charge(40)
    with pytest.raises(QueryTooExpensive, match="costs 51 points; at most 50 are allowed"):
        spending.charge(11)
    assert spending.told() == {"price": 40.0, "maximum": 50, "remaining": 20.0}
    again = Spending("a", 50, spending.rate)
    with pytest.raises(RateLimited):
        again.charge(21)
    assert again.told() == {"price": 0.0, "maximum": 50, "remaining": 20.0}


def test_the_platform_itself_may_do_what_it_has_to() -> None:
    spending = Spending()
    spending.charge(1e9)
    spending.refuse_exhausted()
    assert spending.told() == {"price": 1e9}
