"""A misspelt name gets the nearest that there is, in the spelling of whoever asks."""

from pathlib import Path

import pytest

from profilegraph.config import Settings
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import InvalidFilter, InvalidInput, NotFound
from profilegraph.hooks.hosting.host import Host
from profilegraph.hooks.options import NoOptions, parse_options
from profilegraph.importers.records.mapping import read_mapping
from profilegraph.language.codec import decode
from profilegraph.language.validation import check
from profilegraph.nearest import did_you_mean, instead, nearest
from profilegraph.services.exports.columns import ExportSubject, choose
from profilegraph.services.operations.doctor import _settings
from tests.conftest import quick

SETTINGS = [name.upper() for name in Settings.model_fields]


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("LISTEN_PORT", SETTINGS, ["PORT"]),
        ("HTTP_PORT", SETTINGS, ["PORT"]),
        ("TIME_ZONE", SETTINGS, ["TIMEZONE"]),
        ("PHONEREGION", SETTINGS, ["PHONE_REGION"]),
        ("anyOff", ["anyOf", "allOf", "noneOf"], ["anyOf"]),
        ("companySize", ["company_size", "company_kind"], ["company_size"]),
        ("temperature/wram", ["temperature/warm", "temperature/cold"], ["temperature/warm"]),
        ("temprature/warm", ["temperature/warm", "temper/cold"], ["temperature/warm"]),
        ("warm", ["temperature/warm", "need/crm"], ["temperature/warm"]),
        ("temperature", ["key", "tags:temperature", "identity:phone"], ["tags:temperature"]),
        ("text", ["number", "string", "date", "boolean"], []),
        ("购买", ["购买行为", "浏览"], ["购买行为"]),
        ("", ["a"], []),
    ],
)
def test_the_nearest_names_are_found(name: str, known: list[str], expected: list[str]) -> None:
    assert nearest(name, known, 1) == expected


def test_where_nothing_is_like_a_name_it_is_told_what_there_is() -> None:
    assert did_you_mean("text", ["string", "number"]) == "There are number, string."
    assert did_you_mean("text", []) == "There are none."
    assert instead("text", ["string", "number"]) == "; there are number, string"
    many = [f"column_{number}" for number in range(200)]
    told = did_you_mean("xyz", many, "`list` lists all.")
    assert told.startswith("The nearest are column_")
    assert told.endswith("`list` lists all.")
    assert len(told) < 100


@pytest.fixture(scope="module")
def catalogue(whole_host: Host) -> Catalogue:
    return Catalogue.of(quick(whole_host.taxonomies))


def test_a_filter_that_names_what_is_not_there_says_where_and_what_was_meant(
    catalogue: Catalogue,
) -> None:
    bad = {
        "all": [
            {"event": {"type": "purchse"}},
            {"tags": {"dimension": "temperature", "anyOf": ["wram"]}},
        ]
    }
    with pytest.raises(InvalidFilter) as told:
        check(decode(bad), catalogue)
    assert told.value.where == "filter.all[0].event"
    assert "Did you mean purchase" in told.value.message
    assert "filter.all[1].tags" in told.value.message
    assert "Did you mean temperature/warm" in told.value.message
    with pytest.raises(InvalidFilter) as one:
        check(decode({"event": {"type": "xyzzy"}}), catalogue)
    assert one.value.where == "filter.event"
    assert one.value.hint.startswith(("The nearest are", "There are"))


@pytest.mark.parametrize(
    ("bad", "where", "told"),
    [
        ({"tgas": {}}, "filter", "Did you mean tags"),
        ({"tags": {"dimension": "need", "any_off": ["x"]}}, "filter.tags.any_off", "'anyOf'"),
        (
            {"people": {"where": {"departmnt": {}}}},
            "filter.people.where.departmnt",
            "did you mean 'department'",
        ),
        (
            {"event": {"type": "x", "window": {"lastDay": 3}}},
            "filter.event.window.lastDay",
            "'lastDays'",
        ),
        ({"all": [], "any": []}, "filter", "exactly one key"),
        ({"all": {}}, "filter.all", "list of conditions"),
        ({"tags": {}}, "filter.tags.dimension", "it is missing"),
    ],
)
def test_a_condition_that_cannot_be_read_says_where_and_what_was_meant(
    bad: object, where: str, told: str
) -> None:
    with pytest.raises(InvalidFilter) as error:
        decode(bad)
    assert error.value.where == where
    assert told in str(error.value)
    assert "keyword argument" not in str(error.value)


def test_a_key_that_does_not_exist_gets_the_nearest_of_its_kind(catalogue: Catalogue) -> None:
    for look_up, name, told in (
        (catalogue.event, "purchse", "Did you mean purchase"),
        (catalogue.dimension, "companySize", "Did you mean company_size"),
        (catalogue.tag, "temperature/hot_", "temperature/"),
        (catalogue.metric, "rfm_moneytary", "Did you mean rfm_monetary"),
    ):
        with pytest.raises(NotFound) as error:
            look_up(name)
        assert told in error.value.hint
    with pytest.raises(NotFound) as error:
        catalogue.event("qqq")
    assert "taxonomy list" not in error.value.hint


def test_a_column_of_an_export_gets_the_nearest_and_not_all(catalogue: Catalogue) -> None:
    with pytest.raises(InvalidInput) as error:
        choose(["tempreature"], ExportSubject.MEMBERS, catalogue)
    assert error.value.hint.startswith("Did you mean tags:temperature")
    with pytest.raises(InvalidInput) as error:
        choose(["qqqq"], ExportSubject.MEMBERS, catalogue)
    assert len(error.value.hint) < 150


def test_a_setting_gets_the_nearest_in_capitals() -> None:
    [found] = _settings({"PROFILEGRAPH_LISTEN_PORT": "80", "PROFILEGRAPH_PORT": "80"})
    assert (found.message, found.hint) == (
        "PROFILEGRAPH_LISTEN_PORT is no setting",
        "Did you mean PROFILEGRAPH_PORT?",
    )


def test_a_word_of_a_mapping_gets_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text("fields:\n  name: {colum: 姓名}\n", encoding="utf-8")
    with pytest.raises(
        InvalidInput, match=r"2:10: fields.name.colum: it is unknown here; did you mean 'column'"
    ):
        read_mapping(path)


class Options(NoOptions):
    folder: str = ""
    title: str = ""


def test_an_option_gets_the_nearest() -> None:
    with pytest.raises(InvalidInput, match=r"titel: it is unknown here; did you mean 'title'"):
        parse_options(Options, {"titel": "x"}, "the model x")
