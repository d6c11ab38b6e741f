"""What WeCom's API returns, as its documentation describes it; what is not used is not read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from profilegraph.domain.values import EPOCH


def _listed(value: Any) -> Any:
    return [] if value is None else value


class Payload(BaseModel):
    """A part of a response; WeCom adds fields at any time."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


PERSONAL = 2
"""The type of a tag that an employee made for himself; it has no id."""


class CorpTag(Payload):
    """A tag of the company's tag library."""

    id: str
    name: str
    deleted: bool = False


class TagGroup(Payload):
    """A group of the company's tag library (`get_corp_tag_list`)."""

    group_id: str
    group_name: str
    deleted: bool = False
    tag: Annotated[tuple[CorpTag, ...], BeforeValidator(_listed)] = ()


class CarriedTag(Payload):
    """A tag that an employee put on a contact (`get`)."""

    tag_name: str = ""
    group_name: str = ""
    tag_id: str | None = None
    type: int = 1


class Follow(Payload):
    """That an employee has a contact: since when, how it came, what was noted."""

    userid: str
    createtime: int
    remark: str = ""
    description: str = ""
    remark_corp_name: str = ""
    remark_mobiles: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    add_way: int = 0
    state: str = ""
    tags: Annotated[tuple[CarriedTag, ...], BeforeValidator(_listed)] = ()
    tag_id: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Only corporate tags, without their names (`batch/get_by_user`)."""

    @property
    def at(self) -> datetime:
        """Return since when the employee has the contact, UTC."""
        return from_seconds(self.createtime)


class Contact(Payload):
    """Somebody outside of the company."""

    external_userid: str
    name: str = ""
    corp_name: str = ""
    corp_full_name: str = ""
    position: str = ""
    unionid: str = ""


class ContactDetail(Payload):
    """A contact and all employees that have it (`get`)."""

    external_contact: Contact
    follow_user: Annotated[tuple[Follow, ...], BeforeValidator(_listed)] = ()


class ContactOfOne(Payload):
    """A contact and one employee that has it (`batch/get_by_user`)."""

    external_contact: Contact
    follow_info: Follow


class Member(Payload):
    """Somebody in a group chat."""

    EMPLOYEE: ClassVar[int] = 1
    userid: str
    type: int
    join_time: int

    @property
    def joined(self) -> datetime:
        """Return since when it is in the chat, UTC."""
        return from_seconds(self.join_time)


class GroupChat(Payload):
    """A group chat (`groupchat/get`)."""

    chat_id: str
    name: str = ""
    member_list: Annotated[tuple[Member, ...], BeforeValidator(_listed)] = ()


class Agreement(Payload):
    """That a contact lets its chats be archived, or does not."""

    userid: str
    at: int = Field(validation_alias=AliasChoices("agree_time", "disagree_time"))


class Todo(Payload):
    """A message that was marked as something to do."""

    title: str = ""
    content: str = ""


class Message(Payload):
    """A message of the conversation archive, decrypted; `msgtime` in milliseconds."""

    msgid: str
    action: str
    msgtype: str = ""
    msgtime: int = 0
    from_: str = Field("", alias="from")
    tolist: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    roomid: str = ""
    agree: Agreement | None = None
    disagree: Agreement | None = None
    todo: Todo | None = None


def from_seconds(seconds: int) -> datetime:
    """Return the moment that is so many seconds after the epoch, UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def from_milliseconds(milliseconds: int) -> datetime:
    """Return the moment that is so many milliseconds after the epoch, UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)
