"""Taxonomy files: what ships is sound, and every fault is named where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from profilegraph.config import data_folder
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.domain.taxonomy.definition import Cardinality, Dimension, Duty, Layer, Taxonomy
from profilegraph.errors import InvalidTaxonomy
from profilegraph.importers.taxonomies.files import (
    parse_taxonomy,
    read_taxonomies,
    read_taxonomy,
    taxonomy_schema,
)
from profilegraph.importers.taxonomies.located_yaml import load_located

SHIPPED = sorted(data_folder("taxonomies").glob("*.yaml"))

SOUND = """\
key: shop
version: 1.0.0
labels: {zh-CN: 商店, en: Shop}
dimensions:
  - key: origin
    labels: {zh-CN: 渠道, en: Channel}
    cardinality: multi
    ordered: true
    ttl_days: 30
    duties: {plan: marketing}
    tags:
      - {key: online, labels: {zh-CN: 线上, en: Online}}
      - {key: website, parent: online, labels: {zh-CN: 网站, en: Website}}
"""


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidTaxonomy) as caught:
        parse_taxonomy(text, "shop.yaml")
    return caught.value.faults


def test_a_sound_file_becomes_a_taxonomy() -> None:
    taxonomy = parse_taxonomy(SOUND, "shop.yaml")
    channel = taxonomy.dimensions[0]
    assert (taxonomy.key, taxonomy.version, taxonomy.labels.text("zh")) == ("shop", "1.0.0", "商店")
    assert (channel.cardinality, channel.ordered, channel.ttl_days) == (Cardinality.MULTI, True, 30)
    assert channel.duties == {Duty.PLAN: "marketing"}
    assert [(tag.key, tag.parent) for tag in channel.tags] == [
        ("online", None),
        ("website", "online"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "cardinality: multi",
            "cardinalty: multi",
            "7:5: `cardinalty` is not a key of a dimension; did you mean `cardinality`?",
        ),
        (
            "labels: {zh-CN: 商店, en: Shop}",
            "labels: {zh-CN: 商店, en: Shop}\nzzz: 1",
            (
                "4:1: `zzz` is not a key of a taxonomy; it has key, labels, description,"
                " deprecated, owner, version, extends, editable, additions, dimensions, attributes, events, metrics,"
                " removed"
            ),
        ),
        (
            "{zh-CN: 渠道, en: Channel}",
            "{zh_CN: 渠道, en: Channel}",
            "6:14: `zh_CN` is not a key of a label; did you mean `zh-CN`?",
        ),
        (
            "{zh-CN: 渠道, en: Channel}",
            "{}",
            "6:13: `labels` is a mapping; say it in zh-CN, in en, or in both",
        ),
        (
            "    labels: {zh-CN: 渠道, en: Channel}\n",
            "",
            "5:5: the dimension 'origin' lacks `labels`",
        ),
        (
            "{key: online, labels: {zh-CN: 线上, en: Online}}",
            "{labels: {zh-CN: 线上, en: Online}}",
            "12:9: a tag lacks `key`",
        ),
        (
            "cardinality: multi",
            "cardinality: mutli",
            "7:18: `cardinality` is 'mutli'; it must be 'single' or 'multi'; did you mean 'multi'?",
        ),
        (
            "duties: {plan: marketing}",
            "duties: {plann: marketing}",
            (
                "10:14: `duties` has no 'plann';"
                " it must be 'plan', 'tag', 'clean' or 'restructure'; did you mean 'plan'?"
            ),
        ),
        (
            "key: origin",
            "key: Sales Channel",
            (
                "5:10: `key` is 'Sales Channel'; a key is made of a-z, 0-9 and _,"
                " and has at most 63 of them; did you mean 'sales_channel'?"
            ),
        ),
        (
            "version: 1.0.0",
            "version: '1.0'",
            (
                "2:10: `version` is '1.0'; a version is three numbers, such as 1.0.0;"
                " did you mean 1.0.0?"
            ),
        ),
        (
            "version: 1.0.0",
            "version: 1.5",
            "2:10: `version` is the float 1.5; it must be text; put it into quotes",
        ),
        (
            "{key: online, labels",
            "{key: 20, labels",
            "12:15: `key` is the int 20; it must be text; put it into quotes",
        ),
        (
            "ordered: true",
            "ordered: yes",
            "8:14: `ordered` is 'yes'; it must be true or false, without quotes",
        ),
        (
            "ttl_days: 30",
            "ttl_days: '30'",
            "9:15: `ttl_days` is '30'; it must be a whole number, without quotes",
        ),
        (
            "ttl_days: 30",
            "ttl_days: 0",
            "9:15: `ttl_days` is the int 0; it must be greater than or equal to 1",
        ),
        (
            "duties: {plan: marketing}",
            "duties: [marketing]",
            "10:13: `duties` is a list; it must be a mapping, `name: value`",
        ),
        (
            "labels: {zh-CN: 商店, en: Shop}",
            "labels: Shop",
            "3:9: `labels` is 'Shop'; it must be a mapping, `name: value`",
        ),
        (
            "labels: {zh-CN: 商店, en: Shop}",
            "labels: {zh-CN: 商店, en: ''}",
            "3:25: `en` is ''; it must not be empty",
        ),
        (
            "cardinality: multi",
            "cardinality:",
            "7:17: `cardinality` is empty; it must be 'single' or 'multi'",
        ),
        (
            "parent: online",
            "parent: onlin",
            (
                "13:32: the parent 'onlin' of the tag 'website' is not a tag of the dimension;"
                " did you mean 'online'?"
            ),
        ),
        (
            "{key: online, labels",
            "{key: online, parent: website, labels",
            "12:31: the tag 'online' is its own ancestor: online > website > online",
        ),
        (
            "key: website",
            "key: online",
            "13:15: `key` is 'online', which line 12 defines already; rename one",
        ),
        (
            "    cardinality: multi\n",
            "    cardinality: multi\n    cardinality: single\n",
            "8:5: the key 'cardinality' is given twice, first on line 7; remove one",
        ),
        (
            "key: shop",
            "? [a, b]\n: 1\nkey: shop",
            "1:3: a key must be text, not a list or a mapping",
        ),
    ],
)
def test_a_fault_is_named_with_its_line_and_what_was_probably_meant(
    old: str, new: str, fault: str
) -> None:
    assert SOUND.count(old) == 1
    assert f"shop.yaml:{fault}" in faults_of(SOUND.replace(old, new))


STRUCTURED = """\
key: shop
version: 1.0.0
labels: {zh-CN: 商店, en: Shop}
extends: {base: ">=1.0,<2"}
additions:
  - dimension: origin
    tags:
      - {key: fair, labels: {zh-CN: 展会, en: Fair}}
dimensions:
  - key: size
    labels: {zh-CN: 规模, en: Size}
    aliases: [scale]
    cardinality: single
    ordered: true
    unit: people
    tags:
      - {key: small, from: 0, to: 50, labels: {zh-CN: 小, en: Small}}
      - {key: medium, from: 50, to: 500, labels: {zh-CN: 中, en: Medium}}
      - {key: large, from: 500, labels: {zh-CN: 大, en: Large}}
  - key: zone
    labels: {zh-CN: 区域, en: Zone}
    cardinality: single
    ordered: true
    tags:
      - {key: near, aliases: [close, size/tiny], labels: {zh-CN: 近, en: Near}}
      - {key: town, parent: near, labels: {zh-CN: 同城, en: Same town}}
      - {key: far, labels: {zh-CN: 远, en: Far}}
metrics:
  - {key: score, labels: {zh-CN: 得分, en: Score}}
removed:
  - {kind: tag, key: zone/abroad, replacedBy: zone/far}
"""


def test_what_extends_adds_bounds_and_removes_is_sound() -> None:
    taxonomy = parse_taxonomy(STRUCTURED, "shop.yaml")
    assert [(tag.begin, tag.end) for tag in taxonomy.dimensions[0].tags] == [
        (0, 50),
        (50, 500),
        (500, None),
    ]
    assert taxonomy.additions[0].tags[0].key == "fair"
    assert taxonomy.removed[0].replaced_by == "zone/far"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            'base: ">=1.0,<2"',
            'base: "1.x"',
            (
                "4:17: `base` is '1.x'; it must be a range of versions, such as"
                " >=1.0,<2"
            ),
        ),
        ("  - key: size", "  - key: team", (
            "10:10: `key` is 'team', and 'team' means something else in a filter;"
            " choose another, such as 'team_type'"
        )),
        ("  - key: size", "  - key: follow_up", (
            "10:10: `key` is 'follow_up', and 'followUp' means something else in a filter;"
            " choose another, such as 'follow_up_type'"
        )),
        ("  - key: zone", "  - key: zone\n    labels: {zh-CN: 一, en: One}\n    cardinality: multi\n  - key: size_1\n    labels: {zh-CN: 二, en: Two}\n    cardinality: multi\n  - key: size1", (
            "26:10: `key` is 'size1', and 'size_1' on line 23 is the same name in the API,"
            " 'size1'; rename one"
        )),
        ("zh-CN: 中, en: Medium", "zh-CN: 小, en: Medium", (
            "18:58: `zh-CN` is '小', as on line 17; people cannot tell the two apart"
        )),
        ("zh-CN: 中, en: Medium", "zh-CN: 中, en: Small", (
            "18:65: `en` is 'Small', as on line 17; people cannot tell the two apart"
        )),
        ("key: fair, labels: {zh-CN: 展会, en: Fair}}", "key: fair, labels: {zh-CN: 展会, en: Fair}}\n      - {key: fair, labels: {zh-CN: 会, en: Show}}", (
            "9:15: `key` is 'fair', which line 8 defines already; rename one"
        )),
        ("from: 50, to: 500", "from: 60, to: 500", (
            "18:29: the tag 'medium' begins at 60, and 'small' before it ends at 50:"
            " that leaves a gap"
        )),
        ("from: 50, to: 500", "from: 40, to: 500", (
            "18:29: the tag 'medium' begins at 40, and 'small' before it ends at 50:"
            " that overlaps"
        )),
        ("key: large, from: 500", "key: large, from: 0", (
            "19:28: the order contradicts the bounds: the tag 'large' begins at 0, and 'medium'"
            " before it at 50; list them from the least to the most"
        )),
        ("from: 50, to: 500", "from: 50, to: 50", (
            "18:37: the tag 'medium' goes from 50 to 50, not upwards"
        )),
        ("from: 50, to: 500", "from: 50", (
            "18:9: the tag 'medium' lacks `to`; only the last tag may have no upper bound"
        )),
        ("from: 50, to: 500", "to: 500", (
            "18:9: the tag 'medium' lacks `from`; only the first tag may have no lower bound"
        )),
        ("    ordered: true\n    unit: people", "    unit: people", (
            "10:10: its tags have bounds, and the dimension lacks `ordered: true`"
        )),
        ("    unit: people\n", "", (
            "10:10: its tags have bounds, and the dimension lacks `unit`,"
            " which says what they count"
        )),
        ("key: large, from", "key: large, parent: small, from", (
            "10:10: its tags have bounds, and the dimension has tags with a parent"
        )),
        ("key: far,", "key: far, parent: near,", "SOUND"),
        ("{key: near, aliases: [close, size/tiny]", "{key: here, labels: {zh-CN: 这, en: Here}}\n      - {key: near, parent: here", "SOUND"),
        ("key: far, labels: {zh-CN: 远, en: Far}}", "key: far, labels: {zh-CN: 远, en: Far}}\n      - {key: village, parent: near, labels: {zh-CN: 村, en: Village}}", (
            "28:9: the order contradicts the parents: 'far' stands between the tag 'village'"
            " and its parent 'near', and is not below it"
        )),
        ("parent: near", "parent: size/small", (
            "26:29: the parent 'size/small' of the tag 'town' is not a tag of the dimension;"
            " 'small' is a tag of 'size', and a parent is of the same dimension"
        )),
        ("parent: near", "parent: small", (
            "26:29: the parent 'small' of the tag 'town' is not a tag of the dimension;"
            " 'small' is a tag of 'size', and a parent is of the same dimension"
        )),
        ("parent: near", "parent: zone/near", (
            "26:29: the parent 'zone/near' of the tag 'town' is not a tag of the dimension;"
            " within its dimension it is called 'near'"
        )),
        ("aliases: [close, size/tiny]", "aliases: [far]", (
            "25:31: the alias 'far' of 'near' means 'far' already; remove it"
        )),
        ("aliases: [close, size/tiny]", "aliases: [near]", (
            "25:31: 'near' is its own alias; remove it"
        )),
        ("aliases: [close, size/tiny]", "aliases: [close, close]", (
            "25:38: the alias 'close' of 'near' means 'near' already; remove it"
        )),
        ("aliases: [scale]", "aliases: [zone]", (
            "12:15: the alias 'zone' of 'size' means 'zone' already; remove it"
        )),
        ("aliases: [scale]", "aliases: [Scale]", (
            "12:15: `0` is 'Scale'; a key is made of a-z, 0-9 and _, and has at most 63 of them;"
            " did you mean 'scale'?"
        )),
        ("kind: tag, key: zone/abroad", "kind: tag, key: abroad", (
            "31:22: `key` is 'abroad'; the key of a tag is written `dimension/tag`"
        )),
        ("kind: tag, key: zone/abroad", "kind: metric, key: zone/abroad", (
            "31:25: `key` is 'zone/abroad'; the key of a metric is written without a slash"
        )),
        ("kind: tag, key: zone/abroad", "kind: tag, key: zone/near", (
            "31:22: `key` is 'zone/near', which the file defines still; remove one of the two"
        )),
        ("kind: tag, key: zone/abroad, replacedBy: zone/far", "kind: metric, key: score", (
            "31:25: `key` is 'score', which the file defines still; remove one of the two"
        )),
        ("kind: tag,", "kind: tags,", (
            "31:12: `kind` is 'tags'; it must be 'dimension', 'tag', 'attribute', 'event' or"
            " 'metric'; did you mean 'tag'?"
        )),
        ("replacedBy: zone/far", "replaced_by: zone/far", (
            "31:35: `replaced_by` is not a key of a removal; did you mean `replacedBy`?"
        )),
        ("dimension: origin", "dimention: origin", (
            "6:5: `dimention` is not a key of an addition; did you mean `dimension`?"
        )),
        ("key: score,", "key: score, deprecated: {replaced: x},", (
            "29:31: `replaced` is not a key of a deprecation; did you mean `replacedBy`?"
        )),
    ],
)  # fmt: skip
def test_a_fault_between_definitions_is_named_with_its_line(old: str, new: str, fault: str) -> None:
    assert STRUCTURED.count(old) == 1
    if fault == "SOUND":
        parse_taxonomy(STRUCTURED.replace(old, new), "shop.yaml")
    else:
        assert f"shop.yaml:{fault}" in faults_of(STRUCTURED.replace(old, new))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "1:1: the file is empty; begin with `key:`"),
        ("- a", "1:1: the file holds no mapping; begin with `key:`"),
        ("key: a: b", "1:7: not valid YAML: mapping values are not allowed here"),
    ],
)
def test_text_that_is_no_yaml_mapping_is_refused_with_its_place(text: str, fault: str) -> None:
    assert faults_of(text) == (f"shop.yaml:{fault}",)


def test_all_faults_of_a_file_are_listed_in_the_order_of_its_lines() -> None:
    broken = (
        SOUND.replace("cardinality: multi", "cardinality: few")
        .replace("labels: {zh-CN: 商店, en: Shop}", "labels: {}")
        .replace("parent: online", "parent: offline")
    )
    faults = faults_of(broken)
    assert [fault.split(":")[1] for fault in faults] == ["3", "7", "13"]


def test_two_definitions_of_one_key_are_refused() -> None:
    twice = SOUND + "metrics:\n" + "  - {key: spend, labels: {zh-CN: 金额, en: Spend}}\n" * 2
    assert faults_of(twice) == (
        "shop.yaml:16:11: `key` is 'spend', which line 15 defines already; rename one",
    )


@pytest.mark.parametrize("word", ["no", "on", "50_500", "1e3", "0x1f", "2026-01-31"])
def test_a_word_without_quotes_stays_text(word: str) -> None:
    taxonomy = parse_taxonomy(SOUND.replace("en: Shop", f"en: {word}"), "shop.yaml")
    assert taxonomy.labels.en == word


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(SOUND, encoding="utf-8-sig")
    assert read_taxonomy(path).key == "shop"


def test_a_file_that_is_missing_or_not_utf8_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("key: caf\u00e9".encode("latin-1"))
    with pytest.raises(InvalidTaxonomy) as caught:
        read_taxonomies([tmp_path / "none.yaml", latin])
    assert caught.value.faults == (
        f"{tmp_path / 'none.yaml'}: cannot be read: No such file or directory",
        f"{latin}: is not UTF-8 text (byte 8)",
    )


def test_the_models_refuse_by_themselves_what_concerns_several_definitions() -> None:
    labels = {"zh-CN": "一", "en": "One"}
    tag = {"key": "a", "labels": labels, "parent": "b"}
    dimension = {"key": "d", "labels": labels, "cardinality": "multi"}
    with pytest.raises(ValueError, match="parent 'b'"):
        Dimension.model_validate({**dimension, "tags": [tag]})
    with pytest.raises(ValueError, match="'d' is defined twice"):
        Taxonomy.model_validate(
            {"key": "t", "labels": labels, "version": "1.0.0", "dimensions": [dimension] * 2}
        )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_taxonomy_is_sound_and_names_its_schema(path: Path) -> None:
    taxonomy = read_taxonomy(path)
    assert taxonomy.key == path.stem
    first = path.read_text("utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schema/taxonomy.schema.json"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_published_schema_accepts_what_the_models_accept(path: Path) -> None:
    schema = json.loads((data_folder("schema") / "taxonomy.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(load_located(path.read_text("utf-8")).data)


def test_the_published_schema_is_what_the_models_say() -> None:
    published = json.loads((data_folder("schema") / "taxonomy.schema.json").read_text("utf-8"))
    assert published == taxonomy_schema(), "run `profilegraph taxonomy schema` into the file"


def test_the_shipped_taxonomies_go_together_and_hold_what_they_promise() -> None:
    catalogue = Catalogue.of(read_taxonomies(SHIPPED))
    sizes = {key: len(dimension.tags) for key, dimension in catalogue.dimensions.items()}
    assert {key: sizes[key] for key in ("company_size", "ownership", "need", "buying_stage")} == {
        "company_size": 5, "ownership": 5, "need": 5, "buying_stage": 6,
    }  # fmt: skip
    assert (sizes["rfm"], sizes["lifecycle"], sizes["customer_value"]) == (8, 5, 3)
    [core] = [one for one in catalogue.taxonomies if one.key == "b2b_core"]
    layers = [dimension.layer for dimension in core.dimensions]
    assert [layers.count(layer) for layer in Layer] == [8, 3, 2]
    assert {d.key for d in catalogue.dimensions.values() if set(d.duties) != set(Duty)} == set()


def test_ordered_dimensions_go_from_the_least_to_the_most() -> None:
    catalogue = Catalogue.of(read_taxonomies(SHIPPED))
    ordered = {key: d.tags for key, d in catalogue.dimensions.items() if d.ordered}
    assert [tag.key for tag in ordered["customer_value"]] == ["low", "medium", "high"]
    assert [tag.key for tag in ordered["company_size"]] == [
        "0_20",
        "20_50",
        "50_500",
        "500_1000",
        "1000_plus",
    ]
    assert ordered["annual_budget"][0].key == "under_50k"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("text", "string"),
        ("int", "number"),
        ("datetime", "date"),
        ("bool", "boolean"),
        ("dates", "date"),
    ],
)
def test_a_type_that_others_call_so_is_told_by_its_name_here(given: str, meant: str) -> None:
    attribute = f"attributes:\n  - {{key: city, type: {given}, labels: {{zh-CN: 市, en: City}}}}\n"
    [fault] = faults_of(SOUND + attribute)
    assert fault.endswith(f"did you mean {meant!r}?")
