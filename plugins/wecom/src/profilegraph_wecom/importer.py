"""The importer `wecom`: what WeCom's API returned, saved as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from profilegraph.domain.values import Labels
from profilegraph.hooks import Conventions, Importer, NoOptions, UnreadableItem
from profilegraph_wecom.library import imported_tags
from profilegraph_wecom.payloads import ContactDetail, ContactOfOne, GroupChat, Message
from profilegraph_wecom.records import Items, RecordMapper
from profilegraph_wecom.responses import Part, read_parts


@dataclass(frozen=True)
class WeCom(Importer[NoOptions]):
    """Reads contacts, who has them, their tags, group chats and messages of the archive."""

    key: str = "wecom"
    labels: Labels = Labels(zh_cn="企业微信", en="WeCom")  # noqa: RUF009  (frozen)
    options: type[NoOptions] = NoOptions

    def read(
        self,
        source: Path,
        options: NoOptions,  # noqa: ARG002  (there are none)
        conventions: Conventions,
    ) -> Items:
        """Yield the records of a file of responses; tag libraries are loaded as a taxonomy before."""
        mapper = RecordMapper(imported_tags(conventions.catalogue))
        for part in read_parts(source):
            if isinstance(part, UnreadableItem):
                yield part
            else:
                yield from _items(mapper, part)


def _items(mapper: RecordMapper, part: Part) -> Items:
    match part:
        case ContactDetail(external_contact=contact, follow_user=follows):
            yield from mapper.contact(contact)
            for follow in follows:
                yield from mapper.follow(contact, follow)
        case ContactOfOne(external_contact=contact, follow_info=follow):
            yield from mapper.contact(contact)
            yield from mapper.follow(contact, follow)
        case GroupChat():
            yield from mapper.group(part)
        case Message():
            yield from mapper.message(part)
