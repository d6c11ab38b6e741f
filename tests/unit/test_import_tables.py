import gzip
import json
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from profilegraph.config import data_folder
from profilegraph.domain.records.activity import Event, Opportunity
from profilegraph.domain.records.customers import Customer, Tagging
from profilegraph.domain.taxonomy.catalogue import Catalogue
from profilegraph.errors import Conflict, InvalidInput
from profilegraph.importers.records.batches import read_batches
from profilegraph.importers.records.binding import Conventions
from profilegraph.importers.records.content_keys import ContentKeys
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.records.parsing import RecordReader
from profilegraph.importers.taxonomies.files import read_taxonomies
from profilegraph.importers.text.csv_records import LONGEST_RECORD
from profilegraph.importers.text.files import LONGEST_LINE, scan
from profilegraph.importers.text.rejects import Rejected, RejectFile, reject_path
from profilegraph.importers.text.rows import SourceRow
from profilegraph.importers.text.tables import open_table
from profilegraph.importers.values.decimals import require_one_decimal_sign

CATALOGUE = Catalogue.of(read_taxonomies(sorted(data_folder("taxonomies").glob("*.yaml"))))
CONVENTIONS = Conventions(ZoneInfo("Asia/Shanghai"), "CNY", "CN", CATALOGUE)


def rows_of(path: Path, mapping: FileMapping | None = None) -> list[SourceRow]:
    mapping = mapping or FileMapping()
    with open_table(scan(path, encoding=mapping.encoding), path.name, mapping) as table:
        return list(table.rows)


def written(folder: Path, content: bytes | str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_text_is_read_in_utf_8_and_gb18030(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "编号,名称\n1,上海贸易有限公司\n2,𠮷野家\n".encode(encoding))
    assert [dict(row.values) for row in rows_of(path)] == [
        {"编号": "1", "名称": "上海贸易有限公司"},
        {"编号": "2", "名称": "𠮷野家"},
    ]


def test_gb18030_is_recognised_behind_megabytes_of_ascii(tmp_path: Path) -> None:
    content = b"key,name\n" + b"1,plain ascii text\n" * 200_000 + "2,甲公司\n".encode("gb18030")
    source = scan(written(tmp_path, content))
    assert source.encoding == "gb18030"


def test_a_few_damaged_lines_do_not_change_a_files_encoding(tmp_path: Path) -> None:
    lines = ["key,name\n", *(f"{n},甲公司{n}\n" for n in range(20))]
    for encoding in ("utf-8", "gb18030"):
        content = [line.encode(encoding) for line in lines]
        content[7] = b"6,\xff\xff\n"
        rows = rows_of(written(tmp_path, b"".join(content)))
        assert [row.line for row in rows if row.fault] == [8]
        assert rows[5].values["name"] == "甲公司5"
        assert "ff" in rows[6].fault


def test_text_of_another_encoding_is_refused_until_its_name_is_given(tmp_path: Path) -> None:
    path = written(tmp_path, "key,name\n1,José,\n2,André,\n".encode("latin-1"))
    with pytest.raises(InvalidInput, match="neither UTF-8 nor GB18030"):
        scan(path)
    rows = rows_of(
        written(tmp_path, "key,name\n1,José\n".encode("latin-1")), FileMapping(encoding="latin-1")
    )
    assert rows[0].values["name"] == "José"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"\n \n", "no row"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (gzip.compress(b"key\n1\n" * 1000, mtime=0)[:-9], "cut off"),
        (b"[\n", "JSON array"),
        (b"key,key\n1,2\n", "twice"),
        (b'"key\n1\n', "header"),
    ],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    with pytest.raises(InvalidInput, match=problem):
        rows_of(written(tmp_path, content))


def test_a_missing_file_is_an_expected_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file"):
        scan(tmp_path / "none.csv")


def test_the_same_content_has_the_same_fingerprint_packed_or_not(tmp_path: Path) -> None:
    content = "key,name\n1,甲\n".encode()
    plain = scan(written(tmp_path, content))
    packed = scan(written(tmp_path, gzip.compress(content), "rows.csv.gz"))
    assert plain.sha256 == packed.sha256
    assert rows_of(tmp_path / "rows.csv") == [
        row._replace(source="rows.csv") for row in rows_of(tmp_path / "rows.csv.gz")
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out_from_the_header(tmp_path: Path, sign: str) -> None:
    path = written(tmp_path, f'key{sign}"name, full"{sign}kind\n1{sign}"a{sign}b"{sign}c\n')
    assert dict(rows_of(path)[0].values) == {"key": "1", "name, full": f"a{sign}b", "kind": "c"}


def test_columns_by_whitespace_are_named_by_the_mapping(tmp_path: Path) -> None:
    mapping = FileMapping(columns=("customer", "day", "amount"), delimiter="whitespace")
    path = written(tmp_path, " 00001 19970101  1  \n\n 00002\t19970112 77.00\n")
    assert [(row.line, dict(row.values)) for row in rows_of(path, mapping)] == [
        (1, {"customer": "00001", "day": "19970101", "amount": "1"}),
        (3, {"customer": "00002", "day": "19970112", "amount": "77.00"}),
    ]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    path = written(tmp_path, '\r\nkey,name\r\n1,"two\r\nlines"\r\n\r\n2,b\r\n3,c,extra\r\n4,d')
    rows = rows_of(path)
    assert [(row.line, row.last_line) for row in rows] == [(3, 4), (6, 6), (7, 7), (8, 8)]
    assert rows[0].values["name"] == "two\r\nlines"
    assert rows[2].fault == "the row has 3 columns, and the table has 2"


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n", "\r\r\n"])
def test_lines_end_as_on_any_system(tmp_path: Path, end: str) -> None:
    lines = ["key,name", '1,"two', 'lines"', "2,乙", *(f"{n},x" for n in range(3, 9_000))]
    path = written(tmp_path, end.join(lines))
    rows = rows_of(path)
    assert [row.fault for row in rows if row.fault] == []
    assert rows[0].values == {"key": "1", "name": f"two{end}lines"}
    assert [row.values["key"] for row in rows[1:]] == [str(n) for n in range(2, 9_000)]
    json_lines = written(tmp_path, end.join(['{"key": "1"}', '{"key": "2"}']), "rows.jsonl")
    assert [row.values for row in rows_of(json_lines)] == [{"key": "1"}, {"key": "2"}]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
def test_a_first_line_for_excel_states_the_delimiter(tmp_path: Path, first: str) -> None:
    path = written(tmp_path, f"{first}\r\nkey;name\r\n1;a,b\r\n")
    assert [(row.line, dict(row.values)) for row in rows_of(path)] == [
        (3, {"key": "1", "name": "a,b"})
    ]
    headless = written(tmp_path, f"{first}\n1;a\n")
    assert rows_of(headless, FileMapping(columns=("key", "name")))[0].values["name"] == "a"


def test_empty_columns_and_rows_that_a_spreadsheet_adds_are_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "key,name,,\n1,a,,\n2,b\n3,c,,,,\n,,,\n4,d,, \n")
    with open_table(scan(path), "x", FileMapping()) as table:
        assert table.columns == ("key", "name")
        rows = list(table.rows)
    assert [row.fault for row in rows] == [""] * 4
    assert [row.values for row in rows][2] == {"key": "3", "name": "c"}
    reader(path, FileMapping())


def test_a_value_in_a_column_without_a_name_is_refused_with_its_place(tmp_path: Path) -> None:
    rows = rows_of(written(tmp_path, "key,,name,\n1,,a,\n2,x,b,\n3,,c,y\n"))
    assert [row.fault for row in rows] == [
        "",
        "column 2 has no name in the header, and holds 'x'",
        "the row has 4 columns, and the table has 3",
    ]
    assert rows[0].values == {"key": "1", "name": "a"}


def test_headers_and_mappings_that_look_the_same_are_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, "key,Gro\u0308\u00dfe\u200b\n1,Cafe\u0301\n")
    mapping = FileMapping.model_validate(
        {"fields": {"name": {"column": "Gr\u00f6\u00dfe", "values": {"Caf\u00e9": "Bar"}}}}
    )
    assert reader(path, mapping).read(rows_of(path)[0]) == Customer(key="1", name="Bar")


def test_a_cell_that_nobody_sees_is_empty(tmp_path: Path) -> None:
    path = written(tmp_path, "key,name\n1,\u200b\u00a0\n")
    assert "name" not in reader(path, FileMapping()).read(rows_of(path)[0]).model_fields_set


def test_several_tags_in_one_cell_are_refused_in_words(tmp_path: Path) -> None:
    path = written(tmp_path, "customer,tag,since\nC1,a/x; a/y,2026-01-31\n")
    with pytest.raises(ValueError, match=r"^tag: 'a/x; a/y' names 2 tags.*a row for each$"):
        reader(path, FileMapping(), Tagging).read(rows_of(path)[0])


def test_half_of_a_character_in_json_is_refused_in_one_sentence(tmp_path: Path) -> None:
    content = '{"key": "1", "name": "a\\ud83d", "attributes": {"city": "x"}}\n'
    path = written(tmp_path, content, "rows.jsonl")
    with pytest.raises(ValueError, match=r"^name: it holds half of a character [^;]*;[^;]*$"):
        reader(path, FileMapping()).read(rows_of(path)[0])


def contradicting(path: Path, mapping: FileMapping) -> None:
    signs = reader(path, mapping, Opportunity).signs_open
    require_one_decimal_sign(scan(path), path.name, mapping, signs)


@pytest.mark.parametrize("others", [["1.000", "1,250"], ["7.5"], ["1.000"], ["1,234,567"]])
def test_a_file_whose_decimal_signs_contradict_each_other_is_refused(
    tmp_path: Path, others: list[str]
) -> None:
    rows = "".join(f"o{n};C1;{text}\n" for n, text in enumerate([*others, "12,50"]))
    path = written(tmp_path, f"key;customer;amount\n{rows}")
    with pytest.raises(InvalidInput, match=r"amount: '12,50' in line \d has a decimal comma") as no:
        contradicting(path, FileMapping())
    assert "Nothing was written" in no.value.hint
    for sign in (".", ","):
        mapping = {"fields": {"amount": {"column": "amount", "decimal": sign}}}
        contradicting(path, FileMapping.model_validate(mapping))


@pytest.mark.parametrize("texts", [["1", "20", "12,50"], ["1.5", "1,000"], ["1.000", "1,250"]])
def test_rows_that_one_decimal_sign_reads_stay(tmp_path: Path, texts: list[str]) -> None:
    rows = "".join(f"o{n};C1;{text}\n" for n, text in enumerate(texts))
    contradicting(written(tmp_path, f"key;customer;amount\n{rows}"), FileMapping())


def test_a_number_of_json_has_a_decimal_point_whatever_texts_have(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '{"key": "1", "customer": "C", "amount": 1.250}\n'
        '{"key": "2", "customer": "C", "amount": "1.250,5"}\n',
        "rows.jsonl",
    )
    mapping = FileMapping.model_validate(
        {"fields": {"amount": {"column": "amount", "decimal": ","}}}
    )
    made = [reader(path, mapping, Opportunity).read(row) for row in rows_of(path)]
    assert [one.amount for one in made if isinstance(one, Opportunity)] == [
        Decimal("1.250"),
        Decimal("1250.5"),
    ]


def test_an_open_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    good = "".join(f"{n},x\n" for n in range(LONGEST_RECORD * 2))
    rows = rows_of(written(tmp_path, f'key,name\na,"open\n{good}b,"open\nc,"closed"\n'))
    assert [row.original for row in rows if row.fault] == [["a", '"open'], ["b", '"open']]
    assert len(rows) == LONGEST_RECORD * 2 + 3
    assert rows[-1].values == {"key": "c", "name": "closed"}


def test_nul_and_overlong_lines_are_refused_one_by_one(tmp_path: Path) -> None:
    long = b"2," + b"x" * (LONGEST_LINE * 2)
    rows = rows_of(written(tmp_path, b"key,name\n1,a\x00b\n" + long + b"\n3,c\n4,d"))
    assert [bool(row.fault) for row in rows] == [True, True, False, False]
    assert "NUL" in rows[0].fault
    assert "longer" in rows[1].fault
    assert [row.line for row in rows] == [2, 3, 4, 5]


def test_json_lines_are_flattened_and_judged_one_by_one(tmp_path: Path) -> None:
    lines = ['{"key": "1", "attributes": {"city": "上海"}}', "", "{broken", "[1]", '{"key": NaN}']
    rows = rows_of(written(tmp_path, "\n".join(lines), "rows.jsonl"))
    assert rows[0].values == {"key": "1", "attributes.city": "上海"}
    assert [(row.line, bool(row.fault)) for row in rows] == [
        (1, False),
        (3, True),
        (4, True),
        (5, True),
    ]


def reader(path: Path, mapping: FileMapping, kind: type = Customer) -> RecordReader:
    with open_table(scan(path), path.name, mapping) as table:
        return RecordReader(kind, mapping, table, CONVENTIONS, ContentKeys())


def test_a_column_without_a_use_is_an_error_that_names_the_nearest_field(tmp_path: Path) -> None:
    path = written(tmp_path, "key,nmae,remark\n1,a,b\n")
    with pytest.raises(InvalidInput, match="'nmae' is no field; did you mean 'name'") as error:
        reader(path, FileMapping())
    assert "'remark'" in error.value.message
    assert "`ignore`" in error.value.hint
    reader(path, FileMapping(ignore=("remark", "nmae")))


def test_json_lines_with_an_unknown_key_in_the_first_row_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"attributes\.citty.*attributes\.city'"):
        reader(written(tmp_path, '{"key": "1", "attributes": {"citty": "上海"}}\n'), FileMapping())


def test_the_fields_of_a_mapping_must_exist_on_both_sides(tmp_path: Path) -> None:
    path = written(tmp_path, "编号\n1\n")
    with pytest.raises(InvalidInput, match="naem: there is no such field; did you mean 'name'"):
        reader(path, FileMapping.model_validate({"fields": {"naem": "编号"}}))
    with pytest.raises(InvalidInput, match="no column '编码'; did you mean '编号'"):
        reader(path, FileMapping.model_validate({"fields": {"key": "编码"}}))
    with pytest.raises(InvalidInput, match="kind: 'dog' is none of"):
        reader(
            path,
            FileMapping.model_validate({"fields": {"key": "编号", "kind": {"constant": "dog"}}}),
        )


def test_a_mapping_translates_prefixes_and_fills_in(tmp_path: Path) -> None:
    mapping = FileMapping.model_validate(
        {
            "fields": {
                "key": {"column": "编号", "prefix": "crm:"},
                "kind": {"column": "性质", "values": {"法人": "COMPANY"}},
                "attributes.registered_capital": "注册资本",
                "attributes.city": {"constant": "上海"},
            },
            "ignore": ["备注"],
            "empty": ["-"],
        }
    )
    path = written(tmp_path, "编号,性质,注册资本,备注,name\n7, 法人 ,500万元,x,-\n")
    made = reader(path, mapping).read(rows_of(path)[0])
    assert made == Customer(
        key="crm:7", kind="COMPANY", attributes={"registered_capital": 5e6, "city": "上海"}
    )
    assert "name" not in made.model_fields_set


def test_every_fault_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "key,kind,attributes.founded_on\n1,dog,03/04/2020\n")
    with pytest.raises(
        ValueError, match=r"kind: 'dog' is none of.*attributes.founded_on: .*day_first"
    ):
        reader(path, FileMapping()).read(rows_of(path)[0])
    path = written(tmp_path, "key,name\n ,a\n")
    with pytest.raises(ValueError, match="key is missing"):
        reader(path, FileMapping()).read(rows_of(path)[0])


def test_json_null_clears_and_an_empty_cell_leaves_as_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, '{"key": "1", "name": null, "attributes": {"city": null}}\n')
    made = reader(path, FileMapping()).read(rows_of(path)[0])
    assert "name" in made.model_fields_set
    assert made == Customer(key="1", name=None, attributes={"city": None})


def test_nul_in_json_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, '{"key": "1", "name": "a\\u0000b"}\n')
    with pytest.raises(ValueError, match="NUL"):
        reader(path, FileMapping()).read(rows_of(path)[0])


def test_an_unknown_event_type_names_the_nearest(tmp_path: Path) -> None:
    event = next(iter(CATALOGUE.events))
    path = written(tmp_path, f"customer,type,at\nC1,{event}x,2026-01-31\n")
    with pytest.raises(ValueError, match=event):
        reader(path, FileMapping(), Event).read(rows_of(path)[0])


@pytest.mark.parametrize("json_lines", [False, True])
def test_a_reject_file_can_be_corrected_and_read_again(tmp_path: Path, json_lines: bool) -> None:
    if json_lines:
        path = written(tmp_path, '{"key": "1", "kind": "dog"}\n{broken\n', "rows.jsonl")
    else:
        path = written(tmp_path, 'key;kind\n1;dog\n2;x;"y;"\n')
    with open_table(scan(path), path.name, FileMapping()) as table:
        file = RejectFile(reject_path(path, json=table.json), table.columns, json=table.json)
        rejected = [Rejected(row, 'why, oh "why"') for row in table.rows]
    first = file.rendered(rejected[:1], 0)
    file.write(0, first)
    file.write(len(first), file.rendered(rejected[1:], len(first)))
    again = rows_of(file.path)
    assert [(row.source, row.line) for row in again] == [
        (row.source, row.line) for row, _ in rejected
    ]
    assert again[0].values == rejected[0].row.values
    assert [list(row.original) for row in again[1:]] == [
        list(row.original) for row, _ in rejected[1:]
    ]
    assert [bool(row.fault) for row in again] == [False, True]


def test_a_reject_file_ignores_what_the_mapping_says_of_the_original(tmp_path: Path) -> None:
    mapping = FileMapping(columns=("key", "name"), delimiter="whitespace")
    path = written(tmp_path, "1 a b\n")
    with open_table(scan(path), path.name, mapping) as table:
        file = RejectFile(reject_path(path, json=False), table.columns, json=False)
        file.write(0, file.rendered([Rejected(row, "three") for row in table.rows], 0))
    text = file.path.read_text("utf-8-sig").replace("a,b", "a")
    rows = rows_of(written(tmp_path, text, "fixed.csv"), mapping)
    assert [(row.line, dict(row.values)) for row in rows] == [(1, {"key": "1", "name": "a"})]


def test_a_reject_file_that_shrank_is_noticed(tmp_path: Path) -> None:
    with open_table(scan(written(tmp_path, "key\n1\n")), "x", FileMapping()) as table:
        file = RejectFile(tmp_path / "r.csv", table.columns, json=table.json)
    file.write(0, b"0123456789")
    file.restore(4)
    assert file.path.read_bytes() == b"0123"
    with pytest.raises(Conflict, match="shorter"):
        file.restore(5)
    file.restore(0)
    assert not file.path.exists()


def test_reject_files_never_take_the_place_of_others(tmp_path: Path) -> None:
    assert reject_path(tmp_path / "x.csv.gz", json=False).name == "x.rejected.csv"
    (tmp_path / "x.rejected.csv").touch()
    assert reject_path(tmp_path / "x.rejected.csv", json=False).name == "x.rejected-2.csv"
    assert reject_path(tmp_path / "x.jsonl", json=True).name == "x.rejected.jsonl"


def peak(path: Path, rows: int) -> int:
    def lines() -> Iterator[str]:
        for number in range(rows):
            name = "甲" * 400 if number % 100 else "x,y"
            yield json.dumps({"key": f"C{number}", "name": name}, ensure_ascii=False) + "\n"

    with path.open("w", encoding="utf-8") as file:
        file.writelines(lines())
    tracemalloc.start()
    try:
        source = scan(path)
        with open_table(source, "x", FileMapping()) as table:
            made = RecordReader(Customer, FileMapping(), table, CONVENTIONS, ContentKeys())
            count = sum(batch.read for batch in read_batches(table, made, size=1000, after=0))
        assert count == rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small, large = peak(tmp_path / "s.jsonl", 4_000), peak(tmp_path / "l.jsonl", 40_000)
    assert large < small * 1.2
