"""The words of changes of taxonomies in English."""

from __future__ import annotations

from profilegraph.rendering.wording.changes import (
    ActWording,
    ChangeWording,
    PlanHeadings,
    WarningWording,
)
from profilegraph.rendering.wording.plurals import Plural

CHANGES = ChangeWording(
    acts=ActWording(
        rename="rename {0} to {1}",
        merge="merge {0} into {1}",
        split="split {0} into {1}",
        move="move {0} to {1}",
        deprecate="deprecate {0}",
        delete="delete {0}",
        version="load a new version of {0}: {1}",
        undone="undo: {0}",
    ),
    warnings=WarningWording(
        segment_breaks=Plural("the segment {0} will break: {2}"),
        taggings_end=Plural("{1} customers lose the tag {0}", one="{1} customer loses the tag {0}"),
        tag_gives_way=Plural(
            "{1} customers would carry two tags where one is allowed: {0} gives way",
            one="{1} customer would carry two tags where one is allowed: {0} gives way",
        ),
        tag_retires=Plural(
            "the new version leaves out {0} and names no successor: it stays on {1} customers and"
            " counts nowhere",
            one="the new version leaves out {0} and names no successor: it stays on {1} customer"
            " and counts nowhere",
        ),
        model_sets_it=Plural("a model sets the tags of {0}"),
        needs_duty=Plural("the team {2} restructures {0}"),
        in_use=Plural("the segment {0} still uses it"),
    ),
    headings=PlanHeadings(
        segment="segment",
        label="label",
        before="before",
        after="after",
        enter="enter",
        leave="leave",
        such_as="such as",
    ),
    none_touched="No segment is touched.",
    taggings=Plural(
        "{0:,} taggings of {1} become others or end.",
        one="{0:,} tagging of {1} becomes another or ends.",
    ),
    customers=Plural("{:,} customers", one="{:,} customer"),
    apply="Apply it: {}",
    breaks="Segments break: it is applied with {} only.",
)
