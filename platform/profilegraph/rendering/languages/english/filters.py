"""The words of filters in English: the sentence of each leaf, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from profilegraph.domain.records.activity import FollowUp, FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import Consent, RelationKind
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.values import Record
from profilegraph.language import nodes
from profilegraph.language.nodes.parts import NodePart
from profilegraph.rendering.wording.filters import (
    ComparisonWording,
    CountWording,
    FilterWording,
    WindowWording,
)
from profilegraph.rendering.wording.leaves import (
    ConsentSentence,
    CountSentence,
    DescendantSentence,
    FieldWording,
    PartSentence,
    QualifiedSentence,
    RelatedSentence,
    TagSentence,
    TeamSentence,
    TextSentence,
    TimesSentence,
    TimesWording,
    ValueSentence,
)
from profilegraph.rendering.wording.plurals import Plural

_WINDOW = FieldWording("{}", "when")
_EVENT = {
    "channels": FieldWording("by {}", "channel"),
    "content": FieldWording("content {}", "content"),
    "amount": FieldWording("amount {}", "amount"),
}
_KNOWN = ("{} is known", "{} is not known")
_LEAVES: Mapping[type[nodes.Leaf], PartSentence] = {
    nodes.Tags: TagSentence(
        has="{} {}",
        is_="is {}",
        any_of="is any of {}",
        all_of="has all of {}",
        none_of="is none of {}",
        something="has any tag",
        nothing="has no tag",
        or_above="is {} or above",
        or_below="is {} or below",
        details={
            "exact": FieldWording("without the tags below"),
            "min_confidence": FieldWording("confidence at least {}"),
            "min_weight": FieldWording("weight at least {}"),
            "source": FieldWording("tagged by {}"),
            "tagged_within_days": FieldWording(
                Plural("tagged in the last {} days", one="tagged in the last day")
            ),
            "weekday": FieldWording(
                (
                    "on Mondays",
                    "on Tuesdays",
                    "on Wednesdays",
                    "on Thursdays",
                    "on Fridays",
                    "on Saturdays",
                    "on Sundays",
                )
            ),
        },
    ),
    nodes.AttributeLeaf: ValueSentence(
        *_KNOWN,
        details={
            "number": FieldWording(),
            "text": FieldWording(),
            "date": FieldWording(),
            "boolean": FieldWording(),
        },
    ),
    nodes.MetricLeaf: ValueSentence(*_KNOWN, details={"number": FieldWording()}),
    nodes.Cohort: TextSentence("in the random share from {from_} to {to} of “{salt}”"),
    nodes.Events: TimesSentence(
        "“{type}”",
        TimesWording(
            once=" at least once",
            at_least=Plural(" at least {0} times", one=" at least once"),
            at_most=Plural(" at most {1} times", one=" at most once"),
            exactly=Plural(" exactly {0} times", one=" exactly once"),
            between=Plural(" {0} to {1} times"),
            never=" never",
        ),
        details={"window": _WINDOW, **_EVENT},
    ),
    nodes.EventTotal: TextSentence(
        "“{type}” amounts in total {total}", details={"window": _WINDOW, **_EVENT}
    ),
    nodes.Stopped: TextSentence(
        "“{type}”{at_least} {did}, but not {did_not}",
        details={
            "at_least": FieldWording(Plural(" at least {} times", one=" at least once")),
            **_EVENT,
        },
    ),
    nodes.Sequence: TextSentence(
        "{first}, then {then}",
        details={
            "within_days": FieldWording(Plural("within {} days", one="within one day")),
            "window": _WINDOW,
        },
    ),
    nodes.Opportunities: CountSentence(
        "an opportunity",
        Plural("opportunities", one="opportunity"),
        "no opportunity",
        details={"where": FieldWording()},
    ),
    nodes.FollowUps: CountSentence(
        "a follow-up",
        Plural("follow-ups", one="follow-up"),
        "no follow-up",
        details={
            "kinds": FieldWording("kind {}", "kind"),
            "window": _WINDOW,
            "employees": FieldWording("employee {}", "employee"),
            "note": FieldWording("note {}", "note"),
            "outcome": FieldWording("outcome {}", "outcome"),
        },
    ),
    nodes.Arrivals: CountSentence(
        "came to us",
        Plural("arrivals", one="arrival"),
        "never came to us",
        details={
            "channels": FieldWording(
                DescendantSentence("channel {}", " or below", details={"channels": FieldWording()}),
                "channel",
            ),
            "window": _WINDOW,
        },
    ),
    nodes.Consents: ConsentSentence(
        "consent",
        Plural("consents", one="consent"),
        "no consent",
        refused=CountSentence("a refusal", Plural("refusals", one="refusal"), "no refusal"),
        details={
            "purposes": FieldWording("purpose {}", "purpose"),
            "granted": FieldWording("", "yes or no"),
            "window": _WINDOW,
        },
    ),
    nodes.People: CountSentence(
        "a decision-maker",
        Plural("decision-makers", one="decision-maker"),
        "no known decision-maker",
        details={"where": FieldWording()},
    ),
    nodes.Owners: CountSentence(
        "an owner",
        Plural("owners", one="owner"),
        "no owner",
        details={"employees": FieldWording("employee {}", "employee"), "window": _WINDOW},
    ),
    nodes.Teams: TeamSentence(
        "an owner",
        Plural("owners", one="owner"),
        "no owner",
        in_team=" in team {}",
        any_team="any",
        below=" or below",
        details={"teams": FieldWording("{}", "team")},
    ),
    nodes.Related: RelatedSentence(
        "a related customer",
        Plural("related customers", one="related customer"),
        "no related customer",
        where=" where {}",
        details={
            "kinds": FieldWording("relation {}"),
            "distance": FieldWording(Plural("up to {} steps away", one="one step away")),
            "where": FieldWording("", "its own conditions"),
        },
    ),
    nodes.InSegment: TextSentence("in segment “{key}”"),
}
_PARTS: Mapping[type[NodePart], PartSentence] = {
    nodes.EventTest: QualifiedSentence("“{type}”", details=_EVENT),
    nodes.OpportunityTest: TextSentence(
        "",
        details={
            "stages": FieldWording("stage {}", "stage"),
            "outcomes": FieldWording("outcome {}", "outcome"),
            "name": FieldWording("name {}", "name"),
            "amount": FieldWording("amount {}", "amount"),
            "close_date": FieldWording("close date {}", "close date"),
            "reason": FieldWording("reason {}", "reason"),
        },
    ),
    nodes.PersonTest: TextSentence(
        "",
        details={
            "roles": FieldWording("role {}", "role"),
            "title": FieldWording("title {}", "title"),
            "department": FieldWording("{}", "department"),
            "influence": FieldWording("influence {}", "influence"),
            "stance": FieldWording("stance {}", "stance"),
            "chain_depth": FieldWording("superiors above {}", "number of superiors"),
            "did": FieldWording("{}", "what the person did"),
            "takes_part_in": FieldWording("{}", "the person's part in a sale"),
        },
    ),
    nodes.DepartmentTest: DescendantSentence(
        "department {}",
        " or below",
        details={"functions": FieldWording(), "name": FieldWording("named {}")},
    ),
    nodes.ParticipationTest: QualifiedSentence(
        "a part in an opportunity",
        details={"where": FieldWording(), "roles": FieldWording("role in it {}")},
    ),
}
_RECORDS: Mapping[type[Record], PartSentence] = {
    FollowUp: TextSentence(
        "{kind} on {at}",
        details={"employee": FieldWording(), "outcome": FieldWording(), "note": FieldWording()},
    ),
    Consent: TextSentence(
        "{purpose}: {granted}, on {at}", details={"granted": FieldWording(("yes", "no"))}
    ),
}
_VALUES: Mapping[type[Enum], Mapping[str, str]] = {
    DecisionRole: {
        "economic_buyer": "economic buyer",
        "decider": "decider",
        "technical_buyer": "technical buyer",
        "champion": "champion",
        "influencer": "influencer",
        "gatekeeper": "gatekeeper",
        "user": "user",
        "blocker": "blocker",
    },
    DepartmentFunction: {
        "management": "management",
        "it": "IT",
        "procurement": "procurement",
        "finance": "finance",
        "marketing": "marketing",
        "sales": "sales",
        "operations": "operations",
        "production": "production",
        "research": "research",
        "human_resources": "human resources",
        "legal": "legal",
        "administration": "administration",
        "service": "service",
        "other": "other",
    },
    OpportunityOutcome: {"open": "open", "won": "won", "lost": "lost"},
    FollowUpKind: {
        "call": "call",
        "visit": "visit",
        "chat": "chat",
        "email": "email",
        "meeting": "meeting",
        "other": "other",
    },
    RelationKind: {"parent": "parent", "subsidiary": "subsidiary", "partner": "partner"},
    nodes.Cause: {
        "customer_added": "new customer",
        "merged": "merged into another customer",
        "definition_changed": "the definition changed",
        "tag_added": "tag added",
        "tag_removed": "tag removed",
        "tag_expired": "tag expired",
        "tag_changed": "tag given with other words",
        "person_changed": "decision-maker changed",
        "opportunity_changed": "opportunity changed",
        "event": "new event",
        "follow_up": "new follow-up",
        "arrival": "new arrival",
        "consent": "new word on consent",
        "time_passed": "time passed",
    },
}

FILTERS = FilterWording(
    not_="not ({})",
    everyone="every customer",
    no_one="no customer",
    who=" with {}",
    listed=Plural("one of {} listed customers", one="the one listed customer"),
    comparisons=ComparisonWording(
        eq="is {}",
        ne="is not {}",
        in_="is one of {2}",
        lt="below {}",
        lte="at most {}",
        gt="above {}",
        gte="at least {}",
        between="from {0} to {1}",
        contains="contains “{}”",
        starts_with="starts with “{}”",
        in_last_days=Plural("in the last {} days", one="in the last day"),
        in_next_days=Plural("in the next {} days", one="in the next day"),
    ),
    windows=WindowWording(
        last_days=Plural("in the last {} days", one="in the last day"),
        since="since {}",
        until="before {}",
    ),
    counts=CountWording(
        at_least="at least {0} {2}",
        at_most="at most {1} {2}",
        exactly="exactly {0} {2}",
        between="{0} to {1} {2}",
    ),
    leaves=_LEAVES,
    parts=_PARTS,
    records=_RECORDS,
    values=_VALUES,
)
