"""Values of enumerations have labels in both languages."""

import pytest

from profilegraph.domain.records.activity import FollowUpKind
from profilegraph.domain.records.organisation import DepartmentFunction
from profilegraph.rendering.enum_labels import ENUM_LABELS, label_of


@pytest.mark.parametrize("kind", list(ENUM_LABELS), ids=lambda kind: kind.__name__)
def test_every_value_has_a_label_of_its_own_in_each_language(kind):
    labels = [label_of(value) for value in kind]
    assert len({one.en for one in labels}) == len({one.zh_cn for one in labels}) == len(kind)


def test_equal_texts_of_two_enumerations_are_told_apart():
    # As texts they are equal: OTHER is OTHER.
    assert label_of(DepartmentFunction.SERVICE).en == "Service"
    assert label_of(FollowUpKind.CALL).text("zh-CN") == "电话"
    assert set(ENUM_LABELS[FollowUpKind]) == set(FollowUpKind)
