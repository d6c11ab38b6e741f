"""YAML with places: what is plain data, where each part of it stands, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from profilegraph.config import data_folder
from profilegraph.importers.taxonomies.located_yaml import YamlFault, load_located


def test_every_value_and_key_has_its_line_and_column() -> None:
    located = load_located("a:\n  - b: 1\n    c: [x, y]\n")
    assert located.data == {"a": [{"b": 1, "c": ["x", "y"]}]}
    assert located.keys["a", 0, "c"] == (3, 5)
    assert located.values["a", 0, "c", 1] == (3, 12)
    assert located.position(("a", 0, "missing", "deeper")) == (2, 5)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-3", -3), ("2.50", 2.5), ("'12'", "12"),
        ("no", "no"), ("on", "on"), ("50_500", "50_500"), ("012", "012"), ("01.5", "01.5"), ("1e3", "1e3"),
        ("0x1f", "0x1f"), ("1:30", "1:30"), ("2026-01-31", "2026-01-31"), ("<<", "<<"),
    ],
)  # fmt: skip
def test_only_numbers_true_false_and_null_are_not_text(text: str, value: Any) -> None:
    assert load_located(f"a: {text}").data == {"a": value}


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (
            "key:\n\t- a", 2, 1,
            ("not valid YAML: while scanning for the next token, found character '\\t' that cannot"
            " start any token; indent with spaces, not with tabs"),
        ),
        (
            "key: [a", 1, 8,
            ("not valid YAML: while parsing a flow sequence, expected ',' or ']', but got"
            " '<stream end>'"),
        ),
        (
            "key: a\n---\nkey: b", 2, 1,
            "not valid YAML: expected a single document in the stream, but found another document",
        ),
        (
            "key: !!python/name:os.system a", 1, 6,
            ("not valid YAML: could not determine a constructor for the tag"
            " 'tag:yaml.org,2002:python/name:os.system'"),
        ),
        ("key: &x a\nversion: *x", 2, 10, "`*x` is an alias; write the value out instead"),
        ("[" * 40, 1, 33, "nested more than 32 levels deep"),
        ("key: a\nversion: \x07", 2, 10, "the character '\\x07' is not allowed in YAML"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(
    text: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(YamlFault) as caught:
        load_located(text)
    assert (caught.value.message, caught.value.position) == (message, (line, column))


def test_a_key_that_is_given_twice_keeps_its_first_value_and_is_reported() -> None:
    located = load_located("a: 1\nb: 2\na: 3\n")
    assert located.data == {"a": 1, "b": 2}
    assert located.faults == [
        ((3, 1), "the key 'a' is given twice, first on line 1; remove one"),
    ]


def test_both_readers_find_the_same_values_at_the_same_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [path.read_text("utf-8") for path in sorted(data_folder("taxonomies").glob("*.yaml"))]
    texts += [
        "a: [x, {b: 'it''s', \"线\": 1}]\nc: |\n  one\n  two\nd: >-\n  x\n  y\n",
        "",
        "a:\n- ~\n",
    ]
    fast = [load_located(text) for text in texts]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert fast == [load_located(text) for text in texts]
