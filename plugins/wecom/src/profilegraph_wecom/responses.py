"""Files of responses: which documented response each is, told by its fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from profilegraph.errors import InvalidInput
from profilegraph_wecom.payloads import (
    Contact,
    ContactDetail,
    ContactOfOne,
    GroupChat,
    Message,
    Payload,
    TagGroup,
)

KNOWN = "externalcontact/list, get, batch/get_by_user, get_corp_tag_list, groupchat/get, or decrypted messages of the archive"


@dataclass
class Responses:
    """What a number of files hold, by kind."""

    groups: list[TagGroup] = field(default_factory=list)
    parts: list[Payload] = field(default_factory=list)
    """Contacts with those who have them, group chats and messages, in the order of the files."""


def read_responses(paths: Iterable[Path]) -> Responses:
    """Return what the files hold: each one response, a list of them, or one a line.

    Raises InvalidInput that names the file, and the line where there are several, where one is no
    JSON, reports an error, or is no response that is known.
    """
    found = Responses()
    for path in paths:
        for where, document in _documents(path):
            _take(found, document, where)
    return found


def _documents(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"cannot be read: {fault}", where=str(path)) from fault
    try:
        whole = json.loads(text)
    except ValueError:
        yield from _lines(path, text)
        return
    for document in whole if isinstance(whole, list) else [whole]:
        yield str(path), document


def _lines(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield f"{path}:{number}", json.loads(line)
            except ValueError as fault:
                raise InvalidInput(f"is no JSON: {fault}", where=f"{path}:{number}") from None


def _take(found: Responses, document: Any, where: str) -> None:
    if not isinstance(document, dict):
        raise InvalidInput("is no JSON object.", hint=f"Give responses of {KNOWN}.", where=where)
    if code := document.get("errcode"):
        raise InvalidInput(
            f"is WeCom's error {code}: {document.get('errmsg', '')}",
            hint="Ask WeCom again, and save the response that it gives then.",
            where=where,
        )
    for name, take in _READERS.items():
        if name in document:
            try:
                take(found, document)
            except ValidationError as fault:
                raise InvalidInput(_sentence(fault), where=where) from None
            return
    raise InvalidInput(
        f"is no response that is known; it has {', '.join(map(repr, document)) or 'no fields'}.",
        hint=f"Give responses of {KNOWN}.",
        where=where,
    )


def _sentence(fault: ValidationError) -> str:
    errors = fault.errors(include_url=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in errors)


def _tags(found: Responses, document: dict[str, Any]) -> None:
    found.groups += [TagGroup.model_validate(one) for one in document["tag_group"]]


def _ids(found: Responses, document: dict[str, Any]) -> None:
    found.parts += [
        ContactDetail(external_contact=Contact(external_userid=one))
        for one in document["external_userid"]
    ]


def _detail(found: Responses, document: dict[str, Any]) -> None:
    found.parts.append(ContactDetail.model_validate(document))


def _batch(found: Responses, document: dict[str, Any]) -> None:
    found.parts += [ContactOfOne.model_validate(one) for one in document["external_contact_list"]]


def _chat(found: Responses, document: dict[str, Any]) -> None:
    found.parts.append(GroupChat.model_validate(document["group_chat"]))


def _message(found: Responses, document: dict[str, Any]) -> None:
    found.parts.append(Message.model_validate(document))


_READERS: dict[str, Callable[[Responses, dict[str, Any]], None]] = {
    "tag_group": _tags,
    "external_contact_list": _batch,
    "external_contact": _detail,
    "external_userid": _ids,
    "group_chat": _chat,
    "msgid": _message,
}
"""By the field that only this kind of response has."""
