"""Every dimension is a field of the filter, and means what the generic condition on tags means."""

import asyncio
from itertools import product

import pytest
from graphql import coerce_input_value, print_type

from profilegraph.api.runtime.schemas import Schemas
from profilegraph.api.schema import build_schema
from profilegraph.api.segments.filters import canonical
from profilegraph.api.segments.typed_filters import DIMENSION
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.hooks.hosting.host import build_host, shipped_taxonomies
from profilegraph.language.typed_names import enum_name
from profilegraph.services.customers.records import save
from profilegraph.services.taxonomies.loading import load_taxonomies

SHIPPED = Catalogue.of(shipped_taxonomies())
LABELS = {"zh-CN": "标签", "en": "Label"}
COUNT = "query($filter: FilterInput!) { segmentPreview(filter: $filter) { count } }"


def taxonomy(*dimensions, version="1.0.0", **more):
    return Taxonomy.model_validate(
        {"key": "acme", "version": version, "labels": LABELS, "dimensions": dimensions, **more}
    )


def dimension(key, *tags, cardinality="multi", **more):
    listed = [tag if isinstance(tag, dict) else {"key": tag} for tag in tags]
    named = [{"labels": {"zh-CN": f"标{i}", "en": f"T{i}"}, **tag} for i, tag in enumerate(listed)]
    return {"key": key, "labels": LABELS, "cardinality": cardinality, "tags": named, **more}


def customer(key):
    return Customer(key=key)


def filters(*dimensions, **more):
    schema = build_schema(Catalogue.of([taxonomy(*dimensions, **more)]))._schema
    return schema, schema.type_map["FilterInput"]


def read(kind, value):
    return canonical(coerce_input_value(value, kind))


def cases():
    for key, one in SHIPPED.dimensions.items():
        tags = [tag.key for tag in one.tags]
        for name, asked in (("anyOf", tags), ("noneOf", tags[:1]), ("hasAny", False)):
            yield pytest.param(key, name, asked, id=f"{key}-{name}")
        if one.ordered:
            yield pytest.param(key, "gte", tags[1], id=f"{key}-gte")
            yield pytest.param(key, "lte", tags[1], id=f"{key}-lte")


@pytest.fixture(scope="module")
def shipped():
    return build_schema(SHIPPED)._schema.type_map["FilterInput"]


@pytest.mark.parametrize(("key", "name", "asked"), list(cases()))
def test_a_typed_condition_is_the_generic_one_with_the_same_tags(shipped, key, name, asked):
    field = next(
        field for field, one in shipped.fields.items() if one.extensions.get(DIMENSION) == key
    )
    typed = [enum_name(tag) for tag in asked] if isinstance(asked, list) else asked
    typed = enum_name(typed) if isinstance(typed, str) else typed
    generic = {"tags": {"dimension": key, name: asked}}
    assert read(shipped, {field: {name: typed}}) == read(shipped, generic) == generic


def test_the_qualifiers_of_a_tagging_are_those_of_the_generic_condition(shipped):
    qualifiers = {
        "minConfidence": 0.5,
        "minWeight": 0.25,
        "source": "MANUAL",
        "taggedWithinDays": 30,
        "weekday": 6,
    }
    typed = {"temperature": {"anyOf": ["WARM"], **qualifiers}}
    generic = {"tags": {"dimension": "temperature", "anyOf": ["warm"], **qualifiers}}
    assert read(shipped, typed) == read(shipped, generic)


def test_front_ends_read_the_labels_in_both_languages():
    schema, _ = filters(dimension("size", "0_20", {"key": "big", "description": LABELS}))
    printed = print_type(schema.type_map["SizeTag"])
    assert printed.splitlines() == [
        '"""Tags of Label · 标签"""',
        "enum SizeTag {",
        '  """T0 · 标0"""',
        "  P0_20",
        "",
        '  """',
        "  T1 · 标1",
        "  ",
        "  Label",
        "  ",
        "  标签",
        '  """',
        "  BIG",
        "}",
    ]


@pytest.mark.parametrize(
    ("more", "offered"),
    [
        ({"cardinality": "single"}, set()),
        ({"cardinality": "multi"}, {"allOf"}),
        ({"cardinality": "single", "ordered": True}, {"gte", "lte"}),
    ],
)
def test_a_dimension_offers_the_tests_that_mean_something_in_it(more, offered):
    schema, _ = filters(dimension("size", "small", "big", **more))
    always = {"anyOf", "noneOf", "hasAny"}
    always |= {"minConfidence", "minWeight", "source", "taggedWithinDays", "weekday"}
    assert set(schema.type_map["SizeTagsCondition"].fields) == always | offered


def test_only_a_hierarchy_can_be_asked_for_exact_tags():
    nested = dimension("region", "east", {"key": "shanghai", "parent": "east"})
    schema, _ = filters(nested, dimension("flat", "one"))
    assert "exact" in schema.type_map["RegionTagsCondition"].fields
    assert "exact" not in schema.type_map["FlatTagsCondition"].fields


def test_tags_that_people_make_are_ids_and_no_enum():
    schema, kind = filters(dimension("campaign", "spring"), editable=True)
    assert "CampaignTag" not in schema.type_map
    assert read(kind, {"campaign": {"anyOf": ["spring"]}}) == {
        "tags": {"dimension": "campaign", "anyOf": ["spring"]}
    }


def test_a_dimension_without_tags_can_still_be_asked_for():
    _, kind = filters(dimension("campaign"))
    assert read(kind, {"campaign": {"hasAny": False}}) == {
        "tags": {"dimension": "campaign", "hasAny": False}
    }


def test_tags_whose_names_would_be_one_in_an_enum_are_ids():
    schema, _ = filters(dimension("size", "50", "p50"))
    assert "SizeTag" not in schema.type_map


def test_a_dimension_that_is_called_like_a_condition_has_tags_behind_its_name():
    _, kind = filters(dimension("channel", "online"))
    assert read(kind, {"channelTags": {"anyOf": ["ONLINE"]}}) == {
        "tags": {"dimension": "channel", "anyOf": ["online"]}
    }
    assert kind.fields["channel"].type.name == "ChannelCondition"


def test_keys_of_before_are_understood_and_marked_as_old():
    renamed = dimension("company_size", {"key": "large", "aliases": ["big"]}, aliases=["scale"])
    schema, kind = filters(renamed)
    assert read(kind, {"scale": {"anyOf": ["BIG"]}}) == {
        "tags": {"dimension": "company_size", "anyOf": ["large"]}
    }
    assert kind.fields["scale"].deprecation_reason == "Renamed: use companySize."
    old = schema.type_map["CompanySizeTag"].values["BIG"]
    assert old.deprecation_reason == "Renamed: use LARGE."


def test_what_should_not_be_used_any_more_says_what_to_use_instead():
    ended = {"key": "cold", "deprecated": {"replacedBy": "heat/cool", "reason": LABELS}}
    schema, _ = filters(dimension("heat", "cool", ended))
    cold = schema.type_map["HeatTag"].values["COLD"]
    assert cold.deprecation_reason == "Label · 标签 Use heat/cool."


async def test_a_typed_count_is_the_generic_count(api, platform):
    sizes = {"a": "0_20", "b": "50_500", "c": "1000_plus"}
    taggings = [
        Tagging(customer=key, tag=f"company_size/{size}", since=api.now)
        for key, size in sizes.items()
    ]
    cold = Tagging(customer="c", tag="temperature/cold", since=api.now)
    await save(platform, [*map(customer, sizes), *taggings, cold], api.now)
    typed = {"all": [{"companySize": {"gte": "P50_500"}}, {"temperature": {"noneOf": ["COLD"]}}]}
    generic = {
        "all": [
            {"tags": {"dimension": "company_size", "gte": "50_500"}},
            {"tags": {"dimension": "temperature", "noneOf": ["cold"]}},
        ]
    }
    assert await api(COUNT, filter=typed) == {"segmentPreview": {"count": 1}}
    assert await api(COUNT, filter=generic) == {"segmentPreview": {"count": 1}}


async def test_a_literal_reads_like_a_variable(api):
    query = "{ segmentPreview(filter: {companySize: {anyOf: [P50_500]}}) { filter text } }"
    assert (await api(query))["segmentPreview"] == {
        "filter": {"tags": {"dimension": "company_size", "anyOf": ["50_500"]}},
        "text": "Company size is 50-500 people",
    }


async def test_two_dimensions_in_one_condition_are_refused_in_a_literal_too(api):
    query = "{ segmentPreview(filter: {likes: {hasAny: true}, pains: {hasAny: true}}) { count } }"
    assert "exactly one" in (await api.error(query))["message"].lower()


async def test_a_condition_that_is_null_beside_another_is_left_out(api):
    filter_ = {"companySize": {"anyOf": ["P50_500"]}, "likes": None, "any": None}
    query = "query($filter: FilterInput!) { segmentPreview(filter: $filter) { filter } }"
    generic = {"tags": {"dimension": "company_size", "anyOf": ["50_500"]}}
    assert (await api(query, filter=filter_))["segmentPreview"] == {"filter": generic}


@pytest.mark.parametrize("empty", [{}, {"all": None}])
async def test_a_filter_of_no_condition_is_refused(api, empty):
    error = await api.error(COUNT, filter=empty)
    assert error["extensions"]["code"] == "INVALID_FILTER"
    assert "exactly one key, and this has none" in error["message"]


async def test_two_conditions_in_one_are_named_with_the_way_to_combine_them(api):
    filter_ = {"all": [{"temperature": {"hasAny": True}, "segment": {"key": "a"}}]}
    error = await api.error(COUNT, filter=filter_)
    assert "exactly one key, and this has segment, temperature." in error["message"]
    assert error["extensions"]["where"] == "filter.all[0]"
    assert error["extensions"]["hint"] == "Combine several conditions by `all` or `any`."


async def test_a_new_dimension_is_typed_at_once_and_the_old_one_gone(api, platform):
    one = {"flavour": {"anyOf": ["SWEET"]}}
    before = await api.error(COUNT, filter=one)
    assert "flavour" in before["message"]
    await load_taxonomies(platform.database, [taxonomy(dimension("flavour", "sweet"))])
    assert await api(COUNT, filter=one) == {"segmentPreview": {"count": 0}}
    other = taxonomy(dimension("colour", "red"), version="2.0.0")
    await load_taxonomies(platform.database, [other])
    assert await api(COUNT, filter={"colour": {"hasAny": True}}) == {"segmentPreview": {"count": 0}}
    assert "flavour" in (await api.error(COUNT, filter=one))["message"]


async def test_introspection_tells_what_the_graph_has_now(api, platform):
    query = '{ __type(name: "FlavourTag") { enumValues { name description } } }'
    assert await api(query) == {"__type": None}
    await load_taxonomies(platform.database, [taxonomy(dimension("flavour", "sweet"))])
    values = [{"name": "SWEET", "description": "T0 · 标0"}]
    assert await api(query) == {"__type": {"enumValues": values}}


async def test_requests_in_flight_keep_the_schema_that_they_began_with(platform):
    versions = [taxonomy(dimension("flavour", "sweet"), version=f"{n}.0.0") for n in range(1, 4)]
    catalogues = iter([SHIPPED, *(Catalogue.of([one]) for one in versions)])

    async def catalogue():
        return next(catalogues)

    schemas = Schemas(catalogue, build_host([]))
    first = await schemas.newest()
    rebuilt = await asyncio.gather(*(schemas.newest() for _ in versions))
    assert schemas.current is rebuilt[-1]
    assert len({id(one) for one in (first, *rebuilt)}) == 4
    assert "CompanySizeTag" in first._schema.type_map
    assert all("FlavourTag" in one._schema.type_map for one in rebuilt)


async def test_a_schema_is_kept_while_no_taxonomy_changes(platform):
    schemas = Schemas(platform.catalogue, platform.host)
    assert await schemas.newest() is await schemas.newest() is schemas.current


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"companySize": {"anyOf": ["P1_2"]}}, "CompanySizeTag"),
        ({"companySize": {"anyOf": ["50_500"]}}, "CompanySizeTag"),
        ({"companySize": {"allOf": ["P50_500"]}}, "allOf"),
        ({"temperature": {"gte": "WARM"}}, "gte"),
        ({"temperature": {}}, "say which tags"),
        ({"temperature": {"hasAny": True}, "likes": {"hasAny": True}}, "exactly one"),
    ],
)
async def test_what_a_dimension_does_not_have_is_refused(api, asked, why):
    error = await api.error(COUNT, filter=asked)
    assert why.lower() in error["message"].lower()


def test_all_shipped_dimensions_have_fields_of_their_own(shipped):
    found = {one.extensions.get(DIMENSION) for one in shipped.fields.values()} - {None}
    assert sorted(found) == sorted(SHIPPED.dimensions)


def test_no_two_pairs_of_dimension_and_test_are_read_alike(shipped):
    pairs = product(("temperature", "likes"), ("anyOf", "noneOf"))
    tags = {"temperature": "WARM", "likes": "SMOOTH"}
    texts = [str(read(shipped, {field: {test: [tags[field]]}})) for field, test in pairs]
    assert len(set(texts)) == 4
