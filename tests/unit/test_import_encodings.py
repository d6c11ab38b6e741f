from pathlib import Path

import pytest

from profilegraph.errors import InvalidInput
from profilegraph.importers.records.mapping import FileMapping
from profilegraph.importers.text.encodings import EncodingStatistics
from profilegraph.importers.text.files import SourceFile, scan
from profilegraph.importers.text.rejects import Rejected, RejectFile, reject_path
from profilegraph.importers.text.rows import SourceRow
from profilegraph.importers.text.tables import open_table

CHINESE = [
    "王伟",
    "李娜",
    "张敏",
    "刘洋",
    "陈静",
    "谢霞",
    "赵磊",
    "周杰",
    "欧阳修",
    "上海贸易有限公司",
]
WESTERN = ["Müller", "Jürgen Groß", "José", "François", "Citroën", "Renée", "Søren", "Muñoz GmbH"]
RUSSIAN = ["Иван Петров", "Ольга", "Мария Сидорова", "ООО Ромашка"]


def written(folder: Path, content: bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def table(names: list[str], encoding: str) -> bytes:
    rows = "".join(f"k{number},{name}\n" for number, name in enumerate(names))
    return f"key,name\n{rows}".encode(encoding)


def rows_of(path: Path, mapping: FileMapping | None = None, region: str = "CN") -> list[SourceRow]:
    mapping = mapping or FileMapping()
    with open_table(scanned(path, mapping, region), path.name, mapping) as opened:
        return list(opened.rows)


def scanned(path: Path, mapping: FileMapping, region: str = "CN") -> SourceFile:
    return scan(path, encoding=mapping.encoding, region=region)


def test_chinese_that_is_utf_8_by_chance_is_read_as_chinese(tmp_path: Path) -> None:
    assert "谢霞".encode("gbk").decode("utf-8") == "лϼ"
    for names in (["谢霞"], ["谢霞", "王伟"], ["谢霞"] * 3):
        path = written(tmp_path, table(names, "gbk"))
        source = scan(path)
        assert (source.encoding, source.example) == ("gb18030", "谢霞")
        assert [row.values["name"] for row in rows_of(path)] == names


@pytest.mark.parametrize("name", CHINESE)
def test_a_single_chinese_name_is_enough(tmp_path: Path, name: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        assert scan(written(tmp_path, table([name], encoding))).encoding == encoding


@pytest.mark.parametrize(
    ("names", "encoding", "region"),
    [
        (WESTERN, "cp1252", "DE"),
        (WESTERN[:1], "cp1252", "FR"),
        (RUSSIAN, "cp1251", "RU"),
        (CHINESE, "gb18030", "DE"),
        (["謝霞", "王小明股份有限公司"], "big5hkscs", "TW"),
        (["山田太郎", "株式会社テスト"], "cp932", "JP"),
        (["김철수", "주식회사 한국"], "cp949", "KR"),
    ],
)
def test_a_country_s_own_encodings_are_found_out(
    tmp_path: Path, names: list[str], encoding: str, region: str
) -> None:
    path = written(tmp_path, table(names, encoding))
    assert scan(path, region=region).encoding == encoding
    assert [row.values["name"] for row in rows_of(path, region=region)] == names


@pytest.mark.parametrize("region", ["CN", "DE", "JP", "RU", "TW"])
@pytest.mark.parametrize(
    "name", [*WESTERN, *RUSSIAN, *CHINESE, "25°C", "5 μm", "à la carte", "Ева"]
)
def test_utf_8_is_told_from_all_others(tmp_path: Path, name: str, region: str) -> None:
    assert scan(written(tmp_path, table([name], "utf-8")), region=region).encoding == "utf-8"


@pytest.mark.parametrize("name", WESTERN)
def test_western_text_is_never_taken_for_chinese(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, table([name], "cp1252"))
    with pytest.raises(InvalidInput, match="neither UTF-8 nor GB18030") as refused:
        scan(path)
    assert "--encoding" in refused.value.hint
    assert rows_of(path, FileMapping(encoding="cp1252"))[0].values["name"] == name


def test_what_can_be_read_in_two_ways_is_refused_with_both(tmp_path: Path) -> None:
    path = written(tmp_path, table(["谢谢"], "gbk"))
    with pytest.raises(InvalidInput, match="'谢谢' in GB18030 or 'лл' in UTF-8"):
        scan(path)
    assert rows_of(path, FileMapping(encoding="gb18030"))[0].values["name"] == "谢谢"
    assert scan(path, region="RU").encoding == "utf-8"


def test_a_file_of_two_encodings_is_refused(tmp_path: Path) -> None:
    content = table(["上海"], "utf-8") + "k2,王伟\nk3,李娜\n".encode("gbk")
    with pytest.raises(InvalidInput, match="some lines are UTF-8 and more of them are not"):
        scan(written(tmp_path, content))


def test_the_encoding_of_a_large_file_is_that_of_all_its_lines(tmp_path: Path) -> None:
    census = EncodingStatistics("CN")
    census.count("".join(f"{n},{CHINESE[n % 10]}\n" for n in range(20_000)).encode("gbk"))
    assert census.encoding() == "gb18030"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("stated", [False, True])
def test_excel_s_unicode_text_is_read_with_and_without_its_mark(
    tmp_path: Path, encoding: str, stated: bool
) -> None:
    text = "key\tname\r\nk1\t谢霞\r\nk2\t𠮷野家\r\nk3\t" + "长" * 100_000 + "\r\n"
    path = written(tmp_path, text.encode(encoding), "unicode.txt")
    if encoding == "utf-32" and stated:
        encoding = "utf-32-le"
    rows = rows_of(path, FileMapping(encoding=encoding) if stated else None)
    assert [row.values["name"][:3] for row in rows] == ["谢霞", "𠮷野家", "长长长"]
    assert [row.line for row in rows] == [2, 3, 4]


def test_half_a_character_of_utf_16_costs_its_line_and_a_cut_file_is_refused(
    tmp_path: Path,
) -> None:
    content = "key\tname\nk1\t".encode("utf-16") + b"\x3d\xd8" + "\nk2\tb\n".encode("utf-16-le")
    rows = rows_of(written(tmp_path, content))
    assert [row.fault for row in rows] == [
        "the line holds half of a character (a lone surrogate)",
        "",
    ]
    assert rows[0].raw == "k1\t".encode("utf-16-le") + b"\x3d\xd8" + "\n".encode("utf-16-le")
    with pytest.raises(InvalidInput, match="cut off"):
        scan(written(tmp_path, content[:-1]))


@pytest.mark.parametrize("json_lines", [False, True])
def test_a_reject_file_keeps_the_bytes_of_what_was_no_text(
    tmp_path: Path, json_lines: bool
) -> None:
    lines = (
        ['{"key": "1", "name": "甲公司"}', '{"key": "2", "name": "é"}']
        if json_lines
        else ["key;name;city", "1;甲公司;", "2;é;上海"]
    )
    content = [f"{line}\n".encode() for line in lines]
    damaged = content[-1] = (
        content[-1].replace("é".encode(), b"\xe9").replace("上海".encode(), b"Y")
    )
    path = written(tmp_path, b"".join(content), "rows.jsonl" if json_lines else "rows.csv")
    with open_table(scan(path), path.name, FileMapping()) as opened:
        file = RejectFile(reject_path(path, json=opened.json), opened.columns, json=opened.json)
        rejected = [Rejected(row, row.fault) for row in opened.rows if row.fault]
    assert [row.raw for row, _ in rejected] == [damaged]
    file.write(0, file.rendered(rejected, 0))
    assert damaged.hex() in file.path.read_text("utf-8-sig")

    again = rows_of(file.path)
    assert [(bool(row.fault), row.line, row.raw) for row in again] == [
        (True, rejected[0].row.line, damaged)
    ]
    (mended,) = rows_of(file.path, FileMapping(encoding="latin-1"))
    assert not mended.fault
    assert mended.values == {"key": "2", "name": "é"} | ({} if json_lines else {"city": "Y"})


def test_corrected_cells_of_a_reject_file_count_more_than_the_bytes(tmp_path: Path) -> None:
    header = "rejected_source,rejected_line,rejected_reason,rejected_bytes,key,name\n"
    kept = b"2,\xe9".hex()
    row = f"a.csv,2,why,{kept},2,Eve\n"
    rows = rows_of(written(tmp_path, (header + row).encode()), FileMapping(encoding="latin-1"))
    assert [(row.source, row.values["name"]) for row in rows] == [("a.csv", "Eve")]
    old = "rejected_source,rejected_line,rejected_reason,key,name\na.csv,2,why,2,Eve\n"
    assert [row.values["name"] for row in rows_of(written(tmp_path, old.encode()))] == ["Eve"]
