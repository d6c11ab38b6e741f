"""Filters of files and commands name dimensions as the API does."""

import pytest

from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import InvalidFilter
from profilegraph.hooks.hosting.host import shipped_taxonomies
from profilegraph.language.codec import decode, encode
from profilegraph.language.typed_names import with_dimensions

SHIPPED = Catalogue.of(shipped_taxonomies())
CONDITIONS = with_dimensions({}, SHIPPED)


def read(value):
    return encode(decode(value, CONDITIONS))


def size(**asked):
    return {"tags": {"dimension": "company_size", **asked}}


@pytest.mark.parametrize("tag", ["P50_500", "50_500"])
def test_a_condition_on_a_dimension_names_tags_by_enum_or_by_key(tag):
    assert read({"companySize": {"anyOf": [tag]}}) == size(anyOf=["50_500"])
    assert read({"companySize": {"gte": tag}}) == size(gte="50_500")


def test_it_may_stand_at_any_place_beside_the_general_form():
    typed = {
        "all": [{"companySize": {"hasAny": True}}, {"not": {"temperature": {"anyOf": ["COLD"]}}}]
    }
    cold = {"tags": {"dimension": "temperature", "anyOf": ["cold"]}}
    assert read(typed) == {"all": [size(hasAny=True), {"not": cold}]} == read(read(typed))


def test_every_dimension_can_be_named_and_none_takes_a_condition_s_name():
    assert len(CONDITIONS) >= len(SHIPPED.dimensions)
    for key in SHIPPED.dimensions:
        general = {"tags": {"dimension": key}}
        named = next(name for name, make in CONDITIONS.items() if make({}) == general)
        assert read({named: {"hasAny": True}}) == {"tags": {"dimension": key, "hasAny": True}}


def test_what_is_wrong_in_it_is_told_at_its_place():
    with pytest.raises(InvalidFilter, match=r"filter\.all\[0\]\.companySize\.tags\.wight"):
        read({"all": [{"companySize": {"anyOf": ["P50_500"], "wight": 1}}]})
    with pytest.raises(InvalidFilter, match="about the dimension 'company_size' already"):
        read({"companySize": {"dimension": "temperature", "hasAny": True}})
