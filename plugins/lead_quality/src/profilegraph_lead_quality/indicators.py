"""The sixteen indicators that the score is made of unless told otherwise, two a dimension."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field

from profilegraph.domain.customers import IdentityKind
from profilegraph.domain.organisation import DecisionRole
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

DIMENSIONS = (
    "interest",
    "resources",
    "reachability",
    "timeliness",
    "competition",
    "potential",
    "credibility",
    "conversion",
)


class Indicator(BaseModel):
    """A measure, and which of its values earn the lowest and the highest score."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimension: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")
    measure: Measure
    worst: float
    best: float
    """Less than `worst` where less is better; between the two, scores lie on a straight line."""
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
_BUDGETS = {"under_50k": 0, "50k_100k": 1, "100k_500k": 2, "500k_1m": 3, "1m_plus": 4}
_SIZES = {"0_20": 0, "20_50": 1, "50_500": 2, "500_1000": 3, "1000_plus": 4}
_STAGES = {"lead": 0, "mql": 1, "sql": 2, "opportunity": 3}
_DECIDERS = (DecisionRole.DECIDER, DecisionRole.ECONOMIC_BUYER)


def _indicator(dimension: str, measure: Measure, worst: float, best: float) -> Indicator:
    return Indicator(dimension=dimension, measure=measure, worst=worst, best=best)


INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {
        "content_engagement": _indicator("interest", Events(types=_CONTENT), 0, 10),
        "enquiry_depth": _indicator("interest", Events(types=_ENQUIRY), 0, 3),
        "budget_fit": _indicator(
            "resources", Tag(dimension="annual_budget", worth=_BUDGETS), 0, 4
        ),
        "staffing_fit": _indicator("resources", Tag(dimension="company_size", worth=_SIZES), 0, 4),
        "contact_completeness": _indicator("reachability", Identities(kinds=_CONTACTS), 0, 3),
        "response_rate": _indicator("reachability", Answers(), 0, 1),
        "recency_of_last_action": _indicator("timeliness", Silence(), 90, 0),
        "planned_purchase_date": _indicator("timeliness", Closing(), 365, 0),
        "rivals_involved": _indicator("competition", Attribute(key="rivals_involved"), 5, 0),
        "our_standing": _indicator("competition", Standing(), -1, 1),
        "account_size": _indicator("potential", Volume(), 0, 1_000_000),
        "expansion_room": _indicator("potential", Departments(), 0, 5),
        "identity_verified": _indicator("credibility", Identities(kinds=_PROOFS), 0, 1),
        "data_consistency": _indicator("credibility", Confidence(), 0, 1),
        "stage_reached": _indicator("conversion", Tag(dimension="lead_stage", worth=_STAGES), 0, 3),
        "decision_maker_access": _indicator("conversion", People(roles=_DECIDERS), 0, 2),
    }
)
