"""The sixteen indicators that the score is made of unless told otherwise, two a dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from profilegraph.domain.records.customers import IdentityKind
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph_lead_quality.measures import (
    Answers,
    Attribute,
    Closing,
    Confidence,
    Departments,
    Events,
    Identities,
    Measure,
    People,
    Silence,
    Standing,
    Tag,
    Volume,
)


class Source(BaseModel):
    """A measure, and which of its values earn the lowest and the highest score."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: Measure
    worst: float = Field(allow_inf_nan=False)
    best: float = Field(allow_inf_nan=False)
    """Less than `worst` where less is better; between the two, scores lie on a straight line."""

    @model_validator(mode="after")
    def _spans_something(self) -> Self:
        if self.worst == self.best:
            raise ValueError("`worst` and `best` are equal")
        return self


class Indicator(BaseModel):
    """What one score is taken from: the first source that knows something of the customer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimension: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    sources: tuple[Source, ...] = Field(min_length=1)
    weight: float = Field(1.0, ge=0, allow_inf_nan=False)


_CONTENT = ("download", "watch_live", "take_course", "open_email", "visit_page")
_ENQUIRY = ("consult", "request_demo", "submit_form")
_CONTACTS = (
    IdentityKind.PHONE,
    IdentityKind.EMAIL,
    IdentityKind.WECOM_EXTERNAL_USER,
    IdentityKind.WECHAT_OPENID,
)
_PROOFS = (IdentityKind.UNIFIED_SOCIAL_CREDIT_CODE, IdentityKind.WEBSITE)
_BUDGETS = ("under_50k", "50k_100k", "100k_500k", "500k_1m", "1m_plus")
_SIZES = ("0_20", "20_50", "50_500", "500_1000", "1000_plus")
_STAGES = ("lead", "mql", "sql", "opportunity")
_DECIDERS = (DecisionRole.DECIDER, DecisionRole.ECONOMIC_BUYER)


def _from(measure: Measure, worst: float, best: float) -> Source:
    return Source(measure=measure, worst=worst, best=best)


def _ranked(dimension: str, tags: Sequence[str]) -> Source:
    worth = {tag: float(rank) for rank, tag in enumerate(tags)}
    return _from(Tag(dimension=dimension, worth=worth), 0, len(tags) - 1)


def _said(key: str, worst: float, best: float) -> Source:
    return _from(Attribute(key=key), worst, best)


_SOURCES: Mapping[str, Mapping[str, tuple[Source, ...]]] = {
    "interest": {
        "content_engagement": (_from(Events(types=_CONTENT), 0, 10),),
        "enquiry_depth": (_from(Events(types=_ENQUIRY), 0, 3),),
    },
    "resources": {
        "budget_fit": (_said("planned_budget", 0, 500_000), _ranked("annual_budget", _BUDGETS)),
        "staffing_fit": (_said("project_staff", 0, 10), _ranked("company_size", _SIZES)),
    },
    "reachability": {
        "contact_completeness": (_from(Identities(kinds=_CONTACTS), 0, 3),),
        "response_rate": (_from(Answers(), 0, 1),),
    },
    "timeliness": {
        "last_action": (_from(Silence(), 90, 0),),
        "planned_purchase": (_said("planned_purchase_on", 365, 0), _from(Closing(), 365, 0)),
    },
    "competition": {
        "rivals_involved": (_said("rivals_involved", 5, 0),),
        "our_standing": (_said("our_standing", 1, 10), _from(Standing(), -1, 1)),
    },
    "potential": {
        "account_size": (_from(Volume(), 0, 1_000_000), _ranked("company_size", _SIZES)),
        "expansion_room": (_said("expansion_amount", 0, 500_000), _from(Departments(), 0, 5)),
    },
    "credibility": {
        "identity_verified": (
            _said("identity_verified", 0, 1),
            _from(Identities(kinds=_PROOFS), 0, 1),
        ),
        "data_consistency": (_said("data_conflicts", 5, 0), _from(Confidence(), 0, 1)),
    },
    "conversion": {
        "stage_reached": (_ranked("lead_stage", _STAGES),),
        "decision_maker_access": (_from(People(roles=_DECIDERS), 0, 2),),
    },
}
DIMENSIONS = tuple(_SOURCES)
INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {
        key: Indicator(dimension=dimension, sources=sources)
        for dimension, indicators in _SOURCES.items()
        for key, sources in indicators.items()
    }
)
