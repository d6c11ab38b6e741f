"""Values of enumerations have labels in every language."""

from __future__ import annotations

from enum import StrEnum

import pytest

from profilegraph.domain.records.activity import FollowUpKind, OpportunityOutcome
from profilegraph.domain.records.customers import (
    CustomerKind,
    IdentityKind,
    RelationKind,
    TagSource,
)
from profilegraph.domain.records.organisation import DecisionRole, DepartmentFunction
from profilegraph.domain.segments import SegmentKind, SegmentState
from profilegraph.rendering.enum_labels import enum_label, enum_labels

SHOWN: list[type[StrEnum]] = [
    DecisionRole,
    DepartmentFunction,
    OpportunityOutcome,
    FollowUpKind,
    RelationKind,
    CustomerKind,
    TagSource,
    IdentityKind,
    SegmentKind,
    SegmentState,
]


@pytest.mark.parametrize("kind", SHOWN, ids=lambda kind: kind.__name__)
def test_every_value_has_a_label_of_its_own_in_each_language(kind: type[StrEnum]) -> None:
    labels = [enum_labels(value) for value in kind]
    assert len({one.en for one in labels}) == len({one.zh_cn for one in labels}) == len(kind)
    assert [one.en for one in labels] == [enum_label(value, "en") for value in kind]


def test_equal_texts_of_two_enumerations_are_told_apart() -> None:
    # As texts they are equal: OTHER is OTHER.
    assert enum_label(DepartmentFunction.SERVICE, "en") == "Service"
    assert enum_label(FollowUpKind.CALL, "zh-CN") == "电话"
    assert enum_label(TagSource.MANUAL, "en") == "By hand"
