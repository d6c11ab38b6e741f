from pathlib import Path

import pytest

from profilegraph.errors import InvalidInput
from profilegraph.importers.records.mapping import FieldSource, FileMapping, read_mapping


def mapped(folder: Path, text: str) -> FileMapping:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def test_a_mapping_is_read_with_its_short_and_long_forms(tmp_path: Path) -> None:
    mapping = mapped(
        tmp_path,
        """
        fields:
          key: {column: 客户编号, prefix: "crm:"}
          name: 名称
          kind: {column: 性质, values: {1: COMPANY, 2: PERSON}}
          type: {constant: purchase}
          granted: {constant: true}
        ignore: [备注, 2024]
        empty: [-, 无]
        """,
    )
    assert mapping.fields["name"] == FieldSource(column="名称")
    assert mapping.fields["kind"].values == {"1": "COMPANY", "2": "PERSON"}
    assert mapping.fields["granted"].constant == "true"
    assert mapping.ignore == ("备注", "2024")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "fields:\n  key: {colum: a}\n",
            r"mapping.yaml:2:9: fields.key.colum: it is unknown here; did you mean .column.",
        ),
        ("feilds: {}\n", r"mapping.yaml:1:1: feilds: it is unknown here; did you mean .fields."),
        ("fields:\n  key: {column: a, constant: b}\n", r":2:3: fields.key: give exactly one"),
        ("fields:\n  key: a\n  key: b\n", r":3:3: the key 'key' is given twice"),
        ("fields:\n  at: {column: a, currency: yuan}\n", r":2:19: fields.at.currency"),
        ("delimiter: x\n", r":1:1: delimiter"),
        ("columns: [a, a]\n", r"names a column twice"),
        ("encoding: utf-61\n", r"no encoding is called 'utf-61'"),
        ("encoding: cp037\n", r"save the file as UTF-8"),
        ("fields: [\n", r"mapping.yaml:\d:\d: not valid YAML"),
        ("just text\n", r"dictionary"),
    ],
)
def test_a_fault_names_its_line_and_what_to_do(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(InvalidInput, match=fault):
        mapped(tmp_path, text)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as error:
        mapped(tmp_path, "fields:\n  key: {colum: a}\n  key: b\nfeilds: {}\n")
    assert error.value.message.count("mapping.yaml:") >= 3


def test_a_file_that_cannot_be_read_is_an_expected_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        read_mapping(tmp_path / "none.yaml")
    (tmp_path / "gb.yaml").write_bytes("fields: {key: 编号}".encode("gb18030"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read_mapping(tmp_path / "gb.yaml")


def test_comments_do_not_make_another_mapping_and_words_do(tmp_path: Path) -> None:
    plain = mapped(tmp_path, "fields: {key: a}\n").digest
    assert mapped(tmp_path, "# the same\nfields:\n  key: {column: a}\n").digest == plain
    assert mapped(tmp_path, "fields: {key: b}\n").digest != plain
