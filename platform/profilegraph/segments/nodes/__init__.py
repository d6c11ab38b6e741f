"""The segment language as frozen data: what can be asked of a customer.

Every leaf is true or false of a customer, never unknown: a value that is missing makes a
comparison false, and the negation of that comparison true. All fields of one leaf that are given
must hold together. `semantics` in docs/segments.md is the readable definition, `explain.py` the
executable one.
"""

from profilegraph.segments.nodes.activity import (
    Arrivals,
    Consents,
    Events,
    EventTest,
    EventTotal,
    FollowUps,
    Opportunities,
    OpportunityTest,
    Sequence,
    Stopped,
)
from profilegraph.segments.nodes.lists import Listed
from profilegraph.segments.nodes.parts import (
    BooleanTest,
    DateTest,
    NumberTest,
    TextTest,
    Window,
    bounds,
    json_name,
)
from profilegraph.segments.nodes.people import (
    DepartmentTest,
    Owners,
    ParticipationTest,
    People,
    PersonTest,
    Teams,
)
from profilegraph.segments.nodes.profile import Attribute, Cohort, Metric, Tags
from profilegraph.segments.nodes.tree import (
    EVERYONE,
    LEAVES,
    AllOf,
    AnyOf,
    InSegment,
    Leaf,
    Node,
    Not,
    Related,
    children,
    walk,
)

__all__ = [
    "EVERYONE",
    "LEAVES",
    "AllOf",
    "AnyOf",
    "Arrivals",
    "Attribute",
    "BooleanTest",
    "Cohort",
    "Consents",
    "DateTest",
    "DepartmentTest",
    "EventTest",
    "EventTotal",
    "Events",
    "FollowUps",
    "InSegment",
    "Leaf",
    "Listed",
    "Metric",
    "Node",
    "Not",
    "NumberTest",
    "Opportunities",
    "OpportunityTest",
    "Owners",
    "ParticipationTest",
    "People",
    "PersonTest",
    "Related",
    "Sequence",
    "Stopped",
    "Tags",
    "Teams",
    "TextTest",
    "Window",
    "bounds",
    "children",
    "json_name",
    "walk",
]
