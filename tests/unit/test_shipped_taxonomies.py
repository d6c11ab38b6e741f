"""The taxonomies that ship: all of the reference is there, in both languages, and goes together."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from profilegraph.api.segments.filters import FilterInput
from profilegraph.config import data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Cardinality, Duty, Taxonomy
from profilegraph.domain.taxonomy.rules import field_name
from profilegraph.importers.taxonomies.files import incompatibilities_of, read_sources
from profilegraph.importers.taxonomies.structure import RESERVED

SOURCES = read_sources(sorted(data_folder("taxonomies").glob("*.yaml")))
TAXONOMIES = {source.taxonomy.key: source.taxonomy for source in SOURCES}
CATALOGUE = Catalogue.of(TAXONOMIES.values())
INDUSTRIES = (
    "saas",
    "manufacturing",
    "finance",
    "education",
    "retail_ecommerce",
    "interior_design",
)

# What each taxonomy has to have: dimension, `single` or `multi`, `ordered` where it is, tags.
FACTS = """
b2b_core
customer_type single: b2b b2c b2g b2s
company_size single ordered: 0_20 20_50 50_500 500_1000 1000_plus
ownership single: state_owned school private foreign joint_venture
need single: new_standard add_standard replace_standard new_custom no_need
buying_stage single ordered: aware interested comparing deciding cooling reactivated
temperature single: warm cold
lead_stage single ordered: lead mql sql opportunity
behaviour multi: downloaded watched_live consulted signed_up joined_lottery took_course
annual_budget single ordered: under_50k 50k_100k 100k_500k 500k_1m 1m_plus
decision_chain single: single_layer multi_layer
core_deciders single: one several
likes multi: smooth easy_export many_tools rich_roles
pains multi: no_integration no_collaboration weak_customisation
private_domain
channel multi: online website social app ad api offline event exhibition telesales partner self_sourced
first_channel single: online website social app ad api offline event exhibition telesales partner self_sourced
user_value single: core high medium low
user_trend single: rising steady falling
region single: china
age_band single ordered: youth middle senior
gender single: female male other
occupation single: owner white_collar student doctor other
household multi: married has_infant has_child has_elderly
spending_power single ordered: none low medium high very_high
spending_frequency single ordered: low medium high
quality_demand multi: premium standard
special_service multi: delivery installation invoice dedicated_support
private_domain_age single ordered: under_7d 7_30d 30_180d 180d_plus
private_domain_activity multi: replied shared joined_group placed_order silent
consumer_habits
routine multi: early late
sport multi: golf fishing fitness
diet multi: light spicy drinks
dress multi:
commerce
rfm single: important_value important_develop important_keep important_win_back general_value general_develop general_keep general_win_back
lifecycle single ordered: acquisition growth maturity maintenance churn
sales_lifecycle single ordered: new_development intent_tracking won_maintenance silent_reactivation
customer_value single ordered: low medium high
lead_quality
lead_grade single ordered: d c b a
industries
industry single: saas manufacturing finance education retail_ecommerce interior_design
purchase_frequency single ordered:
contract_amount single ordered:
"""
SCORES = {
    "interest": ("content_engagement", "enquiry_depth"),
    "resources": ("budget_fit", "staffing_fit"),
    "reachability": ("contact_completeness", "response_rate"),
    "timeliness": ("last_action", "planned_purchase"),
    "competition": ("rivals_involved", "our_standing"),
    "potential": ("account_size", "expansion_room"),
    "credibility": ("identity_verified", "data_consistency"),
    "conversion": ("stage_reached", "decision_maker_access"),
}


def facts() -> list[tuple[str, str]]:
    taxonomy, found = "", []
    for line in FACTS.strip().splitlines():
        if ":" in line:
            found.append((taxonomy, line))
        else:
            taxonomy = line
    return found


def test_the_shipped_files_go_together() -> None:
    assert incompatibilities_of(SOURCES, ()) == []


@pytest.mark.parametrize(("taxonomy", "fact"), facts(), ids=str)
def test_a_dimension_has_the_tags_that_it_has_to_have(taxonomy: str, fact: str) -> None:
    said, _, tags = fact.partition(":")
    key, cardinality, *ordered = said.split()
    current = CATALOGUE.current_dimension(key)
    assert current in {dimension.key for dimension in TAXONOMIES[taxonomy].dimensions}
    dimension = CATALOGUE.dimensions[current]
    assert (dimension.cardinality, dimension.ordered) == (Cardinality(cardinality), bool(ordered))
    keys = [tag.key for tag in dimension.tags]
    wanted = tags.split()
    assert [key for key in keys if key in wanted] == wanted
    assert keys == wanted or not dimension.ordered or not wanted


def test_the_channels_are_below_online_and_offline() -> None:
    for dimension in ("channel_source", "first_channel"):
        online, offline = (CATALOGUE.descendants[f"{dimension}/{k}"] for k in ("online", "offline"))
        assert {f"{dimension}/{k}" for k in ("website", "social", "app", "ad", "api")} < online
        assert len(online) == len(offline) == 6


def test_lead_quality_has_a_metric_of_each_score() -> None:
    names = {f"lead_quality_{key}" for key in ("total", *SCORES)}
    names |= {f"lead_quality_{key}_{one}" for key, ones in SCORES.items() for one in ones}
    assert {metric.key for metric in TAXONOMIES["lead_quality"].metrics} == names


@pytest.mark.parametrize("key", INDUSTRIES)
def test_an_industry_extends_the_core_with_dimensions_of_its_own(key: str) -> None:
    industry = TAXONOMIES[key]
    assert "b2b_core" in industry.extends
    assert len(industry.dimensions) >= 4
    assert any(tag.parent for dimension in industry.dimensions for tag in dimension.tags)
    [addition] = industry.additions
    assert (addition.dimension, {tag.parent for tag in addition.tags}) == ("industry", {key})


def test_the_regions_are_all_of_china() -> None:
    tags = CATALOGUE.dimensions["region"].tags
    provinces = [tag for tag in tags if tag.parent == "china"]
    cities = [tag for tag in tags if tag.parent in {province.key for province in provinces}]
    assert (len(provinces), len(cities)) == (34, 333)
    assert len(CATALOGUE.descendants["region/china"]) == 1 + 34 + 333
    ends = {"市": 293, "自治州": 30, "地区": 7, "盟": 3}
    names = [tag.labels.text("zh-CN") for tag in cities]
    assert {end: sum(name.endswith(end) for name in names) for end in ends} == ends
    most = {"guangdong": 21, "sichuan": 21, "henan": 17, "yunnan": 16, "xinjiang": 14, "hainan": 4}
    parents = [tag.parent for tag in cities]
    assert {key: parents.count(key) for key in most} == most
    for municipality in ("beijing", "shanghai", "tianjin", "chongqing"):
        assert municipality not in parents
    assert all(
        re.fullmatch(r"[A-Z][A-Za-zü'ê ()]+|Ürümqi", tag.labels.text("en")) for tag in cities
    )
    assert CATALOGUE.tag("region/yunnan_xishuangbanna").labels.en == (
        "Xishuangbanna Dai Autonomous Prefecture"
    )


@pytest.mark.parametrize("taxonomy", TAXONOMIES.values(), ids=lambda taxonomy: taxonomy.key)
def test_a_shipped_taxonomy_says_what_it_is_and_who_has_which_duty(taxonomy: Taxonomy) -> None:
    assert taxonomy.description
    assert {d.key for d in taxonomy.dimensions if set(d.duties) != set(Duty)} == set()
    assert not taxonomy.editable
    words = [
        label for d in taxonomy.dimensions for tag in d.tags for label in [tag.labels.text("en")]
    ]
    assert not [word for word in words if re.search(r"[\u4e00-\u9fff]", word)]


def test_the_reserved_names_are_those_of_the_filter() -> None:
    names = {field_name(one.name.rstrip("_")) for one in fields(FilterInput)}
    assert names - RESERVED == set()
    assert RESERVED - names == {"node"}
