"""Files of responses: which documented response each is, told by its fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from profilegraph.errors import InvalidInput
from profilegraph.hooks import UnreadableItem
from profilegraph_wecom.payloads import (
    Contact,
    ContactDetail,
    ContactOfOne,
    GroupChat,
    Message,
    TagGroup,
)

Part: TypeAlias = TagGroup | ContactDetail | ContactOfOne | GroupChat | Message
KNOWN = (
    "externalcontact/list, get, batch/get_by_user, get_corp_tag_list, groupchat/get,"
    " or decrypted messages of the archive"
)


def read_parts(source: Path) -> Iterator[Part | UnreadableItem]:
    """Yield what a file holds, and what of it is no known response.

    `.json` is one response or a list of them, everything else one response a line, of which there
    may be any number. Raises InvalidInput where the file cannot be read.
    """
    try:
        for text, document in _documents(source):
            try:
                yield from _parts(document)
            except (ValueError, InvalidInput) as fault:
                yield UnreadableItem(_reason(fault), text[:2_000])
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"cannot be read: {fault}", where=str(source)) from fault


def _documents(source: Path) -> Iterator[tuple[str, Any]]:
    """Yield each response with the text that it was read from."""
    if source.suffix != ".json":
        with source.open(encoding="utf-8-sig") as lines:
            for line in filter(str.strip, lines):
                yield line, line
        return
    try:
        whole = json.loads(source.read_text("utf-8-sig"))
    except json.JSONDecodeError as fault:
        raise InvalidInput(
            f"is no JSON: {fault}",
            hint="Give one response or a list of them; name a file of one a line .jsonl.",
            where=str(source),
        ) from fault
    for document in whole if isinstance(whole, list) else [whole]:
        yield json.dumps(document, ensure_ascii=False), document


def _parts(document: Any) -> Iterator[Part]:
    if isinstance(document, str):
        document = json.loads(document)
    if not isinstance(document, dict):
        raise InvalidInput(f"no JSON object; give responses of {KNOWN}.")
    if code := document.get("errcode"):
        raise InvalidInput(f"WeCom's error {code}: {document.get('errmsg', '')}")
    for name, read in _READERS.items():
        if name in document:
            yield from read(document)
            return
    fields = ", ".join(map(repr, document)) or "no fields"
    raise InvalidInput(f"no response that is known, with {fields}; give responses of {KNOWN}.")


def _reason(fault: ValueError | InvalidInput) -> str:
    match fault:
        case InvalidInput(message=message):
            return message
        case ValidationError():
            errors = fault.errors(include_url=False)
            return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in errors)
        case _:
            return f"no JSON: {fault}"


def _contact_of_id(wecom_id: str) -> ContactDetail:
    return ContactDetail(external_contact=Contact(external_userid=wecom_id))


_READERS: dict[str, Callable[[dict[str, Any]], list[Part]]] = {
    "tag_group": lambda found: [TagGroup.model_validate(one) for one in found["tag_group"]],
    "external_contact_list": lambda found: [
        ContactOfOne.model_validate(one) for one in found["external_contact_list"]
    ],
    "external_contact": lambda found: [ContactDetail.model_validate(found)],
    "external_userid": lambda found: [_contact_of_id(one) for one in found["external_userid"]],
    "group_chat": lambda found: [GroupChat.model_validate(found["group_chat"])],
    "msgid": lambda found: [Message.model_validate(found)],
}
"""By the field that only this kind of response has."""
