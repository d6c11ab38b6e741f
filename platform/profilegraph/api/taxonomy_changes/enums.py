"""The enumerations of changes of tags; import them from here, where they are described."""

from __future__ import annotations

from profilegraph.api.runtime.enums import describe
from profilegraph.domain.taxonomy_changes.states import ChangeState as TaxonomyChangeState
from profilegraph.services.taxonomy_changes.previews import WarningKind as TaxonomyWarningKind

__all__ = ["TaxonomyChangeState", "TaxonomyWarningKind"]

describe(
    TaxonomyChangeState,
    {
        "PLANNED": "Nothing has changed yet.",
        "APPLYING": "Definitions and filters have changed; taggings follow, batch by batch.",
        "APPLIED": "All of it is done.",
        "UNDOING": "Definitions and filters are as before; taggings follow, batch by batch.",
        "UNDONE": "All of it was taken back.",
    },
    name="TaxonomyChangeState",
)
describe(
    TaxonomyWarningKind,
    {
        "SEGMENT_BREAKS": "A saved segment cannot be asked any more.",
        "TAGGINGS_END": "Customers lose a tag, and get no other for it.",
        "TAG_GIVES_WAY": "Customers would carry two tags where one is allowed: the older gives way.",
        "TAG_RETIRES": "A new version leaves a tag out: its taggings stay, and count nowhere.",
        "MODEL_SETS_IT": "A model sets the tags of the dimension.",
        "NEEDS_DUTY": "A team has the duty to restructure the dimension: others need it lent.",
        "IN_USE": "A segment uses what is deprecated.",
    },
    name="TaxonomyWarningKind",
)
