"""The segment language as frozen data: what can be asked of a customer.

Every leaf is true or false of a customer, never unknown: a value that is missing makes a
comparison false, and the negation of that comparison true. All fields of one leaf that are given
must hold together. `semantics` in docs/segments.md is the readable definition, `engines/reference`
the executable one. A leaf declares the facts about its type (`LeafFacts`), and what it names: what
is not an engine's own is derived from these.
"""

from profilegraph.language.nodes.activity import (
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
from profilegraph.language.nodes.declarations import Cause, LeafFacts, Reference, ReferenceKind
from profilegraph.language.nodes.lists import Listed
from profilegraph.language.nodes.parts import (
    BooleanTest,
    DateTest,
    Leaf,
    NumberTest,
    TextTest,
    Window,
    bounds,
    json_name,
)
from profilegraph.language.nodes.people import (
    DepartmentTest,
    Owners,
    ParticipationTest,
    People,
    PersonTest,
    Teams,
)
from profilegraph.language.nodes.profile import AttributeLeaf, Cohort, MetricLeaf, Tags
from profilegraph.language.nodes.tree import (
    EVERYONE,
    LEAVES,
    AllOf,
    AnyOf,
    InSegment,
    Node,
    Not,
    Related,
    children,
    steps,
    transform,
    walk,
)

__all__ = [
    "EVERYONE",
    "LEAVES",
    "AllOf",
    "AnyOf",
    "Arrivals",
    "AttributeLeaf",
    "BooleanTest",
    "Cause",
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
    "LeafFacts",
    "Listed",
    "MetricLeaf",
    "Node",
    "Not",
    "NumberTest",
    "Opportunities",
    "OpportunityTest",
    "Owners",
    "ParticipationTest",
    "People",
    "PersonTest",
    "Reference",
    "ReferenceKind",
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
    "steps",
    "transform",
    "walk",
]
