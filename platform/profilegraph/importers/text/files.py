"""Files of any size, plain or gzip: fingerprint, encoding and lines.

A file in GB18030 can be plain ASCII for its first gigabyte, so the encoding is detected from the
whole file, in the pass that computes the fingerprint. At most one block is in memory. Lines may end
in any convention, also with a single carriage return.
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
from typing import Any, BinaryIO, NamedTuple, cast

from profilegraph.errors import InvalidInput
from profilegraph.importers.text.encodings import (
    UTF_8,
    EncodingStatistics,
    UndecidedEncoding,
    is_wide,
    marked_encoding,
    wide_encoding,
)

BLOCK = 1 << 20
LONGEST_LINE = 1 << 20
"""Bytes of the longest line that is read as a whole."""
_READ = 1 << 16

_GZIP = b"\x1f\x8b"
_BEGINNING = 4096
_WRONG_FORMATS = {
    b"PK\x03\x04": "a spreadsheet or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
}


@dataclass(frozen=True)
class SourceFile:
    """A scanned file: the fingerprint of its content, and its encoding."""

    path: Path
    sha256: str
    encoding: str
    size: int
    """Bytes on disk."""
    example: str = ""
    """An example of decoded text, if the encoding had to be detected."""


class Line(NamedTuple):
    """One physical line with its end; `number` is from 1, `fault` says why it is unusable."""

    number: int
    text: str
    fault: str = ""
    raw: bytes = b""
    """The raw bytes."""


def scan(
    path: Path,
    *,
    encoding: str | None = None,
    region: str = "CN",
    progress: Callable[[int], None] = lambda _: None,
) -> SourceFile:
    """Return the result of one pass over the file; `progress` is called with the bytes read so far.

    `region` is the country whose encodings are expected. Raises InvalidInput if the file cannot be
    read, is truncated, has an unknown format, or an ambiguous encoding.
    """
    digest = hashlib.sha256()
    census = EncodingStatistics(region)
    with opened(path) as (raw, stream), readable(path):
        size = path.stat().st_size
        beginning = stream.peek(_BEGINNING)[:_BEGINNING]
        _refuse_wrong_format(path, beginning)
        encoding = marked_encoding(beginning) or encoding or wide_encoding(beginning)
        length, rest = 0, b""
        while block := stream.read(BLOCK):
            digest.update(block)
            length += len(block)
            complete, rest = _complete_lines(rest + block)
            census.count(complete)
            progress(raw.tell())
        census.count(rest)
    if encoding is not None:
        _require_whole(path, encoding, length)
        return SourceFile(path, digest.hexdigest(), encoding, size)
    found = _decided(path, census)
    return SourceFile(path, digest.hexdigest(), found, size, census.example(found))


def _complete_lines(data: bytes) -> tuple[bytes, bytes]:
    """Return the complete lines, and the incomplete rest; an overlong line is cut."""
    end = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
    return (data, b"") if not end and len(data) > LONGEST_LINE else (data[:end], data[end:])


def _require_whole(path: Path, encoding: str, length: int) -> None:
    if is_wide(encoding) and length % 2:
        raise InvalidInput(
            "the file ends within a character: it is cut off.",
            where=str(path),
            hint="Fetch it again.",
        )


def _decided(path: Path, census: EncodingStatistics) -> str:
    try:
        return census.encoding()
    except UndecidedEncoding as fault:
        raise InvalidInput(
            f"{fault}.",
            where=str(path),
            hint="Save it as UTF-8, or name its encoding: --encoding, or `encoding` in the mapping. Nothing was written.",
        ) from fault


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, io.BufferedReader]]:
    """Yield the file on disk, whose position shows the progress, and the stream of its content."""
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
    """Turn errors of reading a file into InvalidInput."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise InvalidInput(
            "the compressed file is damaged or cut off.", where=str(path), hint="Fetch it again."
        ) from fault
    except OSError as fault:
        raise InvalidInput(f"cannot be read: {fault.strerror}.", where=str(path)) from fault


class Lines:
    """The lines of a scanned file, at most one in memory."""

    def __init__(self, source: SourceFile, raw: BinaryIO, stream: BinaryIO) -> None:
        self._source = source
        self._raw = raw
        self._wide = is_wide(source.encoding)
        self._encoding = UTF_8 if self._wide else source.encoding
        self._stream = _recoded(source, stream) if self._wide else stream

    @property
    def position(self) -> int:
        """Return how many bytes of the file on disk have been read."""
        return min(self._raw.tell(), self._source.size)

    def __iter__(self) -> Iterator[Line]:
        with readable(self._source.path):
            yield from self._read()

    def _read(self) -> Iterator[Line]:
        for number, line in enumerate(_physical(self._stream), start=1):
            if number == 1:
                line = line.removeprefix(codecs.BOM_UTF8)
            if len(line) > LONGEST_LINE:
                text = line[:200].decode(self._encoding, "replace")
                yield Line(number, text, f"the line is longer than {LONGEST_LINE} bytes")
            else:
                yield self._decoded(number, line)

    def _decoded(self, number: int, line: bytes) -> Line:
        try:
            text = line.decode(self._encoding)
        except UnicodeDecodeError as fault:
            wrong = line[fault.start : fault.end].hex(" ")
            reason = f"the bytes {wrong} at byte {fault.start + 1} are not {self._encoding}"
            if self._wide:
                reason = "the line holds half of a character (a lone surrogate)"
            return Line(number, line.decode(self._encoding, "replace"), reason, self._bytes(line))
        if "\x00" in text:
            damaged = text.replace("\x00", "\ufffd")
            return Line(number, damaged, "the line holds a NUL character", self._bytes(line))
        if "\ufffd" in text:
            reason = "the line holds \ufffd: its text was damaged before it came here"
            return Line(number, text, reason, self._bytes(line))
        return Line(number, text, "", line)

    def _bytes(self, line: bytes) -> bytes:
        """Return the raw bytes of a line."""
        if not self._wide:
            return line
        return line.decode(UTF_8, "surrogatepass").encode(self._source.encoding, "surrogatepass")


def _physical(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines with their ends; an overlong one is cut and marked."""
    rest, skipping = b"", False
    while block := stream.read(_READ):
        *lines, rest = (rest + block).splitlines(keepends=True)
        if rest.endswith(b"\n"):  # a carriage return may be half of a line's end
            lines, rest = [*lines, rest], b""
        if lines and skipping:
            lines, skipping = lines[1:], False
        yield from lines
        if len(rest) > LONGEST_LINE:
            if not skipping:
                yield rest
            rest, skipping = rest[-1:], True
    if rest and not skipping:
        yield rest


def _recoded(source: SourceFile, stream: BinaryIO) -> BinaryIO:
    """Return a stream of wide characters as UTF-8; half a character stays one."""
    return io.BufferedReader(_Recoded(source.encoding, stream), BLOCK)


class _Recoded(io.RawIOBase):
    def __init__(self, encoding: str, stream: BinaryIO) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._stream = stream
        self._ready = b""

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Return how many bytes were put into a buffer; 0 at the end."""
        while not self._ready and (block := self._stream.read(_READ)):
            self._ready = self._decoder.decode(block).encode(UTF_8, "surrogatepass")
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


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
