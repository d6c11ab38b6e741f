"""One language is enough for a label; Chinese and English are shown as missing, others are not."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
from graphql import GraphQLInputObjectType
from pydantic import ValidationError
from typer.testing import CliRunner

from profilegraph.api.schema import build_schema
from profilegraph.cli.taxonomies import commands as command
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.compatibility import incompatibilities
from profilegraph.domain.taxonomy.definition import Taxonomy
from profilegraph.domain.taxonomy.difference import compare
from profilegraph.domain.taxonomy.edits import changed, made_key
from profilegraph.domain.values import Labels
from profilegraph.errors import InvalidTaxonomy
from profilegraph.importers.taxonomies.files import parse_taxonomy, taxonomy_schema
from profilegraph.importers.taxonomies.located_yaml import load_located

CHINESE, ENGLISH = Labels(zh_cn="试驾"), Labels(en="Test drive")
ONE_LANGUAGE = """\
key: acme
version: 1.0.0
labels: {en: Acme}
dimensions:
  - key: fleet
    labels: {zh-CN: 车队}
    description: {en: What it drives.}
    cardinality: multi
    tags:
      - {key: vans, labels: {en: Vans}}
      - {key: trucks, labels: {en: Trucks, zh-CN: 卡车}}
"""


def test_a_label_in_one_language_is_read_in_both() -> None:
    assert [CHINESE.text(locale) for locale in ("zh-CN", "en")] == ["试驾", "试驾"]
    assert [ENGLISH.text(locale) for locale in ("zh_TW", "en")] == ["Test drive", "Test drive"]
    assert (CHINESE.joined, CHINESE.missing) == ("试驾", ("en",))
    assert (ENGLISH.joined, ENGLISH.missing) == ("Test drive", ("zh-CN",))
    both = ENGLISH.over(CHINESE)
    assert (both.joined, both.missing) == ("Test drive · 试驾", ())


def test_a_label_in_no_language_is_none() -> None:
    for given in ({}, {"en": None}, {"zh-CN": None, "en": None}):
        with pytest.raises(ValidationError, match="say it in zh-CN, in en, or in both"):
            Labels.model_validate(given)
    with pytest.raises(ValidationError, match="at least 1 character"):
        Labels(en="")


def test_a_label_has_further_languages() -> None:
    label = Labels.model_validate({"en": "Drive", "pt-BR": "Teste", "zh-Hant": "試駕"})
    assert [label.text(one) for one in ("pt", "zh-TW", "fr")] == ["Teste", "試駕", "Drive"]
    assert (label.joined, label.missing) == ("Drive · Teste · 試駕", ())
    assert label.each(str.upper).text("pt-BR") == "TESTE"
    assert Labels(zh_cn="试驾").over(label).by_locale == {
        "en": "Drive",
        "zh-CN": "试驾",
        "pt-BR": "Teste",
        "zh-Hant": "試駕",
    }
    assert Labels.model_validate_json(label.model_dump_json(by_alias=True)) == label
    assert label != Labels(en="Drive")
    for wrong in ("zh_TW", "FR", "french", "fr-ca", "pt-BR\n"):
        with pytest.raises(ValidationError, match="such as fr or pt-BR"):
            Labels.model_validate({"en": "Drive", wrong: "x"})


def test_a_file_has_labels_in_further_languages() -> None:
    text = ONE_LANGUAGE.replace("labels: {en: Vans}", "labels: {en: Vans, fr: Camionnettes}")
    found = parse_taxonomy(text, "acme.yaml")
    [fleet] = found.dimensions
    assert [one.labels.text("fr") for one in fleet.tags] == ["Camionnettes", "Trucks"]
    jsonschema.validate(load_located(text).data, taxonomy_schema())
    again = Taxonomy.model_validate_json(found.model_dump_json(by_alias=True, exclude_none=True))
    assert again == found


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{en: Vans, fr_FR: x}",
         "10:40: `fr_FR` is not a key of a label; it has zh-CN, en and other languages, such as fr or pt-BR"),
        ("{en: Vans, zh_CN: x}", "10:40: `zh_CN` is not a key of a label; did you mean `zh-CN`?"),
        ("{en: Vans, fr: 7}", "10:44: `fr` is the int 7; it must be text; put it into quotes"),
        ("{en: Vans, fr: Camions}}\n      - {key: cars, labels: {fr: Camions}",
         "11:34: `fr` is 'Camions', as on line 10; people cannot tell the two apart"),
    ],
)  # fmt: skip
def test_a_wrong_label_in_a_further_language_is_told_at_its_place(given: str, told: str) -> None:
    text = ONE_LANGUAGE.replace("{en: Vans}", given)
    with pytest.raises(InvalidTaxonomy) as caught:
        parse_taxonomy(text, "acme.yaml")
    assert caught.value.faults == (f"acme.yaml:{told}",)


def test_a_file_in_one_language_is_read_and_fits_the_published_schema() -> None:
    found = parse_taxonomy(ONE_LANGUAGE, "acme.yaml")
    [fleet] = found.dimensions
    assert [one.labels.text("zh-CN") for one in fleet.tags] == ["Vans", "卡车"]
    jsonschema.validate(load_located(ONE_LANGUAGE).data, taxonomy_schema())
    again = Taxonomy.model_validate_json(found.model_dump_json(by_alias=True, exclude_none=True))
    assert again == found
    assert incompatibilities([found]) == []


def test_a_file_that_labels_nothing_is_refused_where_it_does_not() -> None:
    text = ONE_LANGUAGE.replace("labels: {en: Vans}", "labels: {}")
    with pytest.raises(InvalidTaxonomy) as caught:
        parse_taxonomy(text, "acme.yaml")
    assert caught.value.faults == (
        "acme.yaml:10:29: `labels` is a mapping; say it in zh-CN, in en, or in both",
    )
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(load_located(text).data, taxonomy_schema())


def test_check_warns_of_each_label_that_is_missing_and_where(tmp_path: Path) -> None:
    path = tmp_path / "acme.yaml"
    path.write_text(ONE_LANGUAGE, "utf-8")
    done = CliRunner().invoke(command.app, ["check", str(path)], catch_exceptions=False)
    assert done.exit_code == 0
    printed = done.stdout.replace("\n", "")
    assert "acme 1.0.0 is sound" in printed
    for place, told in (
        ("3:9", "the taxonomy 'acme' has no zh-CN label: 'Acme' is shown for it"),
        ("6:13", "the dimension 'fleet' has no en label: '车队' is shown for it"),
        ("10:29", "the tag 'fleet/vans' has no zh-CN label: 'Vans' is shown for it"),
    ):
        assert f"acme.yaml:{place}: {told}" in printed
    assert printed.count("warning") == 3


def test_the_api_is_described_in_the_languages_that_there_are() -> None:
    catalogue = Catalogue.of([parse_taxonomy(ONE_LANGUAGE, "acme.yaml")])
    kind = build_schema(catalogue)._schema.type_map["FilterInput"]
    assert isinstance(kind, GraphQLInputObjectType)
    field = kind.fields["fleet"]
    assert field.description == "车队\n\nWhat it drives."


def test_two_tags_without_an_english_label_are_not_called_alike() -> None:
    old = parse_taxonomy(ONE_LANGUAGE, "acme.yaml")
    [fleet] = old.dimensions
    assert compare(old, old).changes == ()
    assert (
        made_key(CHINESE, (), "tag")
        == made_key(CHINESE, (), "tag")
        != made_key(Labels(zh_cn="卡车"), (), "tag")
    )
    only = [Labels.model_validate({"fr": text}) for text in ("Camions", "Voitures")]
    assert len({made_key(one, (), "tag") for one in only}) == 2
    renamed = changed(fleet, labels=Labels(en="Fleet"))
    assert renamed.labels.joined == "Fleet · 车队"
