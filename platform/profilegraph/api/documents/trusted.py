"""Trusted documents: sent by their id, kept parsed, and all others counted or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import structlog

from profilegraph.config import DocumentsMode
from profilegraph.errors import InvalidConfiguration, UnknownDocument, UntrustedDocument

PREFIX = "sha256:"
"""May stand before an id."""
_MOST_LOGGED = 10_000
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")
_NONE: Mapping[str, str] = MappingProxyType({})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class DocumentId:
    """The id of a document, which is sent in place of its text."""

    id: str

    @classmethod
    def of(cls, given: str) -> DocumentId:
        """Return the id of its text, with or without its prefix."""
        return cls(given.removeprefix(PREFIX))


@dataclass(frozen=True)
class DocumentText:
    """The text of a document, and whether it is a trusted one."""

    text: str
    trusted: bool = False


class TrustedDocuments:
    """The documents of a manifest, by id, and what becomes of all others."""

    def __init__(
        self,
        texts: Mapping[str, str] = _NONE,
        mode: DocumentsMode = DocumentsMode.OFF,
        count: Callable[[], object] = lambda: None,
    ) -> None:
        """Set the documents; `count` is called for each operation of another one, unless off."""
        self.texts = texts
        self._mode = mode
        self._count = count
        self._logged: set[str] = set()

    def find(self, source: str | DocumentId, operation: str | None) -> DocumentText:
        """Return the text of a document; raises UnknownDocument, UntrustedDocument."""
        if isinstance(source, DocumentId):
            if source.id not in self.texts:
                raise UnknownDocument(
                    "the deployment knows no document of this id.",
                    hint="Send the document as `query`, or have it added to the manifest.",
                )
            return DocumentText(self.texts[source.id], trusted=True)
        if self._mode is DocumentsMode.OFF:
            return DocumentText(source)
        known = document_id(source)
        if known in self.texts:
            return DocumentText(source, trusted=True)
        self._note(known, operation)
        if self._mode is DocumentsMode.ENFORCE:
            raise UntrustedDocument(
                "the deployment answers only documents of its manifest.",
                hint="`profilegraph documents manifest` makes a manifest of a front end's documents.",
            )
        return DocumentText(source)

    def _note(self, known: str, operation: str | None) -> None:
        self._count()
        if known not in self._logged and len(self._logged) < _MOST_LOGGED:
            self._logged.add(known)
            name = operation if operation and _NAME.fullmatch(operation) else None
            _log.warning("untrusted_document", document=known, operation=name)


def document_id(text: str) -> str:
    """Return the id of a document: the SHA-256 of its text in UTF-8, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def read_manifest(path: Path) -> Mapping[str, str]:
    """Return the documents of a manifest, by id; raises InvalidConfiguration."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise _unusable(path, f"it cannot be read as JSON: {fault}") from fault
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise _unusable(path, "it is not one JSON object of texts by id")
    documents = {id_.removeprefix(PREFIX): text for id_, text in found.items()}
    for id_, text in documents.items():
        if id_ != document_id(text):
            raise _unusable(path, f"{id_!r} is not the SHA-256 of its document")
    return MappingProxyType(documents)


def _unusable(path: Path, why: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"the manifest {path} cannot be used: {why}.",
        hint="`profilegraph documents manifest` writes one; PROFILEGRAPH_DOCUMENTS names it.",
    )
