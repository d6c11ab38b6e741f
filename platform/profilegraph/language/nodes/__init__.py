"""The segment language as frozen data: what can be asked of a customer.

Every leaf is true or false of a customer, never unknown: a value that is missing makes a
comparison false, and the negation of that comparison true. All fields of one leaf that are given
must hold together. `semantics` in docs/segments.md is the readable definition, `engines/reference`
the executable one. A leaf declares the facts about its type (`LeafFacts`), and what it names: what
is not an engine's own is derived from these.

The modules of leaves say themselves what they export: a leaf is listed in its own module.
"""

from profilegraph.language.nodes import activity, people, profile
from profilegraph.language.nodes.activity import *
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
from profilegraph.language.nodes.people import *
from profilegraph.language.nodes.profile import *
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
    types_in_filters,
    walk,
)

__all__ = [
    "EVERYONE",
    "LEAVES",
    "AllOf",
    "AnyOf",
    "BooleanTest",
    "Cause",
    "DateTest",
    "InSegment",
    "Leaf",
    "LeafFacts",
    "Listed",
    "Node",
    "Not",
    "NumberTest",
    "Reference",
    "ReferenceKind",
    "Related",
    "TextTest",
    "Window",
    "bounds",
    "children",
    "json_name",
    "steps",
    "transform",
    "types_in_filters",
    "walk",
]
__all__ += activity.__all__
__all__ += people.__all__
__all__ += profile.__all__
