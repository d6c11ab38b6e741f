"""Files of any size, plain or gzip: their fingerprint, their encoding, their lines.

A file in GB18030 can be plain ASCII for its first gigabyte, so its encoding is found out from the
whole of it, in the same pass that takes the fingerprint. Nothing here holds more than a block.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from profilegraph.errors import InvalidInput

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20
"""Bytes of the longest line that is read as a whole."""

_GZIP = b"\x1f\x8b"
_WRONG_FORMATS = {
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
    b"PK\x03\x04": "a spreadsheet or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
}


@dataclass(frozen=True)
class SourceFile:
    """A file that was read through once: the fingerprint of its content, and its encoding."""

    path: Path
    sha256: str
    encoding: str
    size: int
    """Bytes on disk."""


class Line(NamedTuple):
    """One physical line, its end included; `number` is from 1, `fault` says why it is unusable."""

    number: int
    text: str
    fault: str = ""


def scan(
    path: Path, *, encoding: str | None = None, progress: Callable[[int], None] = lambda _: None
) -> SourceFile:
    """Return what one pass over the whole file finds out; `progress` is told the bytes read so far.

    Raises InvalidInput where the file cannot be read, is cut off, or is no text that we know.
    """
    digest = hashlib.sha256()
    census = _Census()
    with opened(path) as (raw, stream), readable(path):
        size = path.stat().st_size
        beginning = stream.peek(4)[:4]
        _refuse_wrong_format(path, beginning)
        if beginning.startswith(codecs.BOM_UTF8):
            encoding = "utf-8"
        rest = b""
        while block := stream.read(BLOCK):
            digest.update(block)
            complete, newline, rest = (rest + block).rpartition(b"\n")
            if not newline and len(rest) > LONGEST_LINE:
                complete, rest = rest, b""
            census.count(complete)
            progress(raw.tell())
        census.count(rest)
    return SourceFile(path, digest.hexdigest(), encoding or census.encoding(path), size)


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, io.BufferedReader]]:
    """Yield the file on disk, whose position tells the progress, and the stream of its content."""
    with ExitStack() as stack:
        with readable(path):
            raw = stack.enter_context(path.open("rb"))
            packed = raw.peek(len(_GZIP)).startswith(_GZIP)
        if packed:
            unpacked = stack.enter_context(gzip.GzipFile(fileobj=raw))
            # GzipFile is a raw stream to all intents, and slow at short reads.
            yield raw, io.BufferedReader(cast(io.RawIOBase, unpacked), BLOCK)
        else:
            yield raw, raw


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into InvalidInput."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise InvalidInput(
            "the compressed file is damaged or cut off.", where=str(path), hint="Fetch it again."
        ) from fault
    except OSError as fault:
        raise InvalidInput(f"cannot be read: {fault.strerror}.", where=str(path)) from fault


class Lines:
    """The lines of a scanned file, one after the other, never more than one in memory."""

    def __init__(self, source: SourceFile, raw: BinaryIO, stream: BinaryIO) -> None:
        self._source = source
        self._raw = raw
        self._stream = stream

    @property
    def position(self) -> int:
        """Return how many bytes of the file on disk have been read."""
        return min(self._raw.tell(), self._source.size)

    def __iter__(self) -> Iterator[Line]:
        with readable(self._source.path):
            yield from self._read()

    def _read(self) -> Iterator[Line]:
        number = 0
        while line := self._stream.readline(LONGEST_LINE):
            number += 1
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                self._skip_line()
                text = line[:200].decode(self._source.encoding, "replace")
                yield Line(number, text, f"the line is longer than {LONGEST_LINE} bytes")
            else:
                yield self._decoded(number, line)

    def _skip_line(self) -> None:
        while (rest := self._stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass

    def _decoded(self, number: int, line: bytes) -> Line:
        try:
            text = line.decode(self._source.encoding)
        except UnicodeDecodeError as fault:
            wrong = line[fault.start : fault.end].hex(" ")
            reason = f"the bytes {wrong} at byte {fault.start + 1} are not {self._source.encoding}"
            return Line(number, line.decode(self._source.encoding, "replace"), reason)
        if "\x00" in text:
            return Line(number, text.replace("\x00", "\ufffd"), "the line holds a NUL character")
        if "\ufffd" in text:
            return Line(
                number, text, "the line holds \ufffd: its text was damaged before it came here"
            )
        return Line(number, text)


class _Census:
    """Counts the lines that speak for UTF-8, against it, and against GB18030.

    Text in GB18030 is hardly ever valid UTF-8 by chance, so a few damaged lines do not change the
    verdict on a file: they are refused one by one when the file is read.
    """

    def __init__(self) -> None:
        self._utf8 = 0
        self._not_utf8 = 0
        self._neither = 0

    def count(self, block: bytes) -> None:
        """Count the lines of a block."""
        if block.isascii():
            return
        for line in block.split(b"\n"):
            if line.isascii():
                continue
            if _decodes(line, "utf-8"):
                self._utf8 += 1
            else:
                self._not_utf8 += 1
                self._neither += not _decodes(line, "gb18030")

    def encoding(self, path: Path) -> str:
        """Return `utf-8` or `gb18030`; raises InvalidInput where most lines are neither."""
        if self._utf8 >= self._not_utf8:
            return "utf-8"
        if 2 * self._neither > self._not_utf8:
            raise InvalidInput(
                "the text is neither UTF-8 nor GB18030.",
                where=str(path),
                hint="Save it as UTF-8, or name its `encoding` in the mapping.",
            )
        return "gb18030"


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_wrong_format(path: Path, beginning: bytes) -> None:
    for signature, what in _WRONG_FORMATS.items():
        if beginning.startswith(signature):
            raise InvalidInput(
                f"this is {what}, not a table of text.",
                where=str(path),
                hint="Save it as CSV in UTF-8, or as JSON Lines.",
            )
    if not beginning:
        raise InvalidInput("the file is empty.", where=str(path))
