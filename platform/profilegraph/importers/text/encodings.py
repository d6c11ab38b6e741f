"""Detects the encoding of a whole file before any of it is imported.

Bytes of one encoding can be valid in another by chance: `谢霞` in GB18030 is `лϼ` in UTF-8. So a
single line decides nothing. A detector finds the likeliest among the encodings of the deployment's
country; an uncertain result is refused, and the mapping has to name the encoding.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping, Sequence

from charset_normalizer import from_bytes

UTF_8 = "utf-8"
_CHINESE = "gb18030"
_WESTERN = "cp1252"
_COUNTRIES: Mapping[str, tuple[str, ...]] = {
    "CN SG": (_CHINESE,),
    "TW HK MO": ("big5hkscs", _CHINESE),
    "JP": ("cp932", "euc_jp"),
    "KR": ("cp949",),
    "RU BY BG KZ UA": ("cp1251",),
    "PL CZ SK HU RO HR SI RS": ("cp1250",),
    "GR CY": ("cp1253",),
    "TR AZ": ("cp1254",),
    "IL": ("cp1255",),
    "EG SA AE MA DZ TN JO LB IQ KW QA": ("cp1256",),
    "EE LV LT": ("cp1257",),
    "VN": ("cp1258",),
    "TH": ("cp874",),
}
_HOME = {region: found for regions, found in _COUNTRIES.items() for region in regions.split()}
# The part of an encoding in which nearly all words are written, where the whole takes nearly anything.
_CORE: Mapping[str, str] = {
    _CHINESE: "gb2312",
    "big5hkscs": "big5",
    "cp932": "shift_jis",
    "euc_jp": "euc_jp",
    "cp949": "euc_kr",
}
_SAMPLE = 64 * 1024
_TWO_BYTES = re.compile(rb"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf])*")
_EASTERN = re.compile(
    "[\x00-\x7f\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uff60\uffe0-\uffef]*"
)
_WORD = re.compile(r"[^\W\d_]+")
_GLUED = re.compile("[a-zA-Z][^\x00-\x7f]|[^\x00-\x7f][a-zA-Z]|[0-9][\u00a1-\u00bf][0-9a-zA-Z]")
_BEHIND_LETTER = re.compile("[a-z]([\u3400-\u9fff])")
_SHOWN = 40
# One line in so many may be UTF-8 by chance, in a file of another encoding.
_RARELY = 20


class UndecidedEncoding(Exception):
    """The encoding of a file is uncertain; with the reason."""


class EncodingStatistics:
    """Counts the lines for and against UTF-8, and keeps samples for the detector."""

    def __init__(self, region: str) -> None:
        self._home = _HOME.get(region, (_WESTERN,))
        # One letter a byte in another alphabet looks Chinese to the detector as often as not.
        told_apart = self._home[0] in {*_CORE, _WESTERN}
        self._known = tuple(dict.fromkeys((*self._home, *([_CHINESE] if told_apart else []))))
        self._utf8 = 0
        """Lines that are valid only in UTF-8."""
        self._other = 0
        """Lines that are not UTF-8."""
        self._damaged = dict.fromkeys(self._known, 0)
        """How many of those are invalid in each other encoding, too."""
        self._sample: list[bytes] = []
        """Lines that are not UTF-8, or may be so by chance."""
        self._sampled = 0

    def count(self, block: bytes) -> None:
        """Count the lines of a block."""
        if block.isascii():
            return
        for line in block.splitlines():
            if not line.isascii():
                self._count(line)

    def _count(self, line: bytes) -> None:
        if not _decodes(line, UTF_8):
            self._other += 1
            for encoding in self._known:
                self._damaged[encoding] += not _decodes(line, encoding)
        elif not any(_by_chance(line, encoding) for encoding in self._known):
            self._utf8 += 1
            return
        if self._sampled < _SAMPLE:
            self._sample.append(line)
            self._sampled += len(line)

    def encoding(self) -> str:
        """Return the encoding of all lines; raises UndecidedEncoding if none is certain enough."""
        if self._utf8 and self._utf8 >= self._other:
            return UTF_8
        if self._utf8 * _RARELY > self._other:
            raise UndecidedEncoding("some lines are UTF-8 and more of them are not")
        if self._other:
            return self._legacy()
        return self._either() if self._sample else UTF_8

    def example(self, encoding: str) -> str:
        """Return a few characters of the file, decoded."""
        return next(filter(None, (_shown(line, encoding) for line in self._sample)), "")

    def _legacy(self) -> str:
        """Return the detected encoding of the lines that are not UTF-8."""
        least = min(self._known, key=self._damaged.__getitem__)
        whole = [line for line in self._sample if _decodes(line, least)]
        foreign = (_WESTERN,) if self._home[0] in _CORE else ()
        found = _detected(b"\n".join(whole), (*self._known, *foreign))
        names = " nor ".join(name.upper() for name in (UTF_8, *self._known))
        if found is not None and found in foreign and 2 * self._damaged[least] <= self._other:
            read = f"{self.example(found)!r} in {found.upper()}"
            raise UndecidedEncoding(f"the text is likely neither {names}: it reads {read}")
        if (
            found is None
            or found not in self._known
            or 2 * self._damaged[found] > self._other
            or (found in _CORE and any(_swallowed(line, found) for line in whole))
        ):
            raise UndecidedEncoding(f"the text is neither {names}")
        return found

    def _either(self) -> str:
        """Return the encoding in which lines valid in both make words."""
        readable = (
            one for one in self._known if all(_by_chance(line, one) for line in self._sample)
        )
        other = next(readable, None)
        if other is None:
            return UTF_8
        words = _WORD.findall("\n".join(line.decode(UTF_8) for line in self._sample))
        if not all(_of_one_script(word) for word in words):
            return other
        if self._home[0] not in _CORE:
            return UTF_8
        ways = " or ".join(f"{self.example(one)!r} in {one.upper()}" for one in (other, UTF_8))
        raise UndecidedEncoding(f"the text can be read in two ways: {ways}")


def marked_encoding(beginning: bytes) -> str | None:
    """Return the encoding of a file's byte order mark; None without one."""
    return next((found for mark, found in _MARKS.items() if beginning.startswith(mark)), None)


def wide_encoding(beginning: bytes) -> str | None:
    """Return the two-byte encoding in which lines end, for a file without a mark, or None."""
    pairs = {beginning[at : at + 2] for at in range(0, len(beginning) - 1, 2)}
    little, big = pairs & {b"\n\0", b"\r\0"}, pairs & {b"\0\n", b"\0\r"}
    if bool(little) == bool(big):
        return None
    return "utf-16-le" if little else "utf-16-be"


_MARKS = {
    b'{"rejected_source"': UTF_8,  # a reject file, whatever the encoding of the file that it is from
    codecs.BOM_UTF8: UTF_8,
    b"\xff\xfe\x00\x00": "utf-32-le",
    b"\x00\x00\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}


def is_wide(encoding: str) -> bool:
    """Return whether an encoding has two or four bytes per ASCII character."""
    return encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32"))


def _detected(sample: bytes, encodings: Sequence[str]) -> str | None:
    found = from_bytes(sample, cp_isolation=list(encodings), preemptive_behaviour=False).best()
    return None if found is None else found.encoding


def _by_chance(line: bytes, encoding: str) -> bool:
    """Return whether a UTF-8 line may be common words of a two-byte encoding."""
    core = _CORE.get(encoding)
    if core is None or not _TWO_BYTES.fullmatch(line) or not _decodes(line, core):
        return False
    # A letter that stands at one of the alphabet is an accented one, hardly ever an ideograph.
    return not _GLUED.search(line.decode(UTF_8)) and bool(_EASTERN.fullmatch(line.decode(core)))


def _swallowed(line: bytes, encoding: str) -> bool:
    """Return whether a line has rare ideographs after letters: `Citroën` becomes `Citro雗`."""
    return any(
        not _decodes(found[1].encode(encoding), _CORE[encoding])
        for found in _BEHIND_LETTER.finditer(line.decode(encoding, "replace"))
    )


def _of_one_script(word: str) -> bool:
    return len({unicodedata.name(letter, "?").partition(" ")[0] for letter in word}) == 1


def _shown(line: bytes, encoding: str) -> str:
    text = line.decode(encoding, "replace")
    first = next((at for at, letter in enumerate(text) if not letter.isascii()), None)
    return "" if first is None else text[first : first + _SHOWN].strip().split(",")[0]


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
