"""From what WeCom returns to the records of the graph; the same responses make the same records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from profilegraph.domain.records.activity import Arrival, Channel, Event, FollowUp, FollowUpKind
from profilegraph.domain.records.customers import (
    Consent,
    Customer,
    CustomerKind,
    Identity,
    IdentityKind,
    Tagging,
    TagSource,
)
from profilegraph.domain.records.organisation import Employee, Ownership
from profilegraph.domain.texts import normal_text
from profilegraph.domain.values import Record
from profilegraph.hooks import UnreadableItem
from profilegraph_wecom.library import short_key
from profilegraph_wecom.payloads import (
    PERSONAL,
    Agreement,
    Contact,
    Follow,
    GroupChat,
    Member,
    Message,
    from_milliseconds,
)

CHANNEL = "wecom"
ARCHIVING = "wecom_conversation_archive"
"""The purpose of the consent that contacts give or refuse before their chats are archived."""
MESSAGE, JOINED = "wecom_message", "wecom_joined_group"
WAYS = {
    0: "未知来源", 1: "扫描二维码", 2: "搜索手机号", 3: "名片分享", 4: "群聊", 5: "手机通讯录",
    6: "微信联系人", 8: "安装第三方应用时自动添加的客服人员", 9: "搜索邮箱", 10: "视频号添加",
    11: "通过日程参与人添加", 12: "通过会议参与人添加", 13: "添加微信好友对应的企业微信",
    14: "通过智慧硬件专属客服添加", 15: "通过上门服务客服添加", 16: "通过获客链接添加",
    17: "通过定制开发添加", 18: "通过需求回复添加", 21: "通过第三方售前客服添加",
    22: "通过可能的商务伙伴添加", 24: "通过接受微信账号收到的好友申请添加",
    201: "内部成员共享", 202: "管理员或负责人分配",
}  # fmt: skip
"""What `add_way` says, as WeCom's documentation puts it."""
_CALLS = frozenset({"voiptext", "meeting_voice_call", "voip_doc_share"})
_TODO = "待办"

Items: TypeAlias = Iterator[Record | UnreadableItem]


@dataclass(frozen=True)
class RecordMapper:
    """Tells the records of responses, one part of a response after the other."""

    tags: Mapping[str, str]
    """Of each tag of the imported tag library: its own key → `dimension/tag`."""

    def contact(self, contact: Contact) -> Items:
        """Yield a contact as a customer, and the keys by which channels know it."""
        key = customer_key(contact.external_userid)
        # Many call themselves by letters that nobody sees: those have no name.
        name = normal_text(contact.name).strip()
        yield Customer(key=key, kind=CustomerKind.PERSON, **({"name": name} if name else {}))
        yield Identity(
            kind=IdentityKind.WECOM_EXTERNAL_USER, value=contact.external_userid, customer=key
        )
        if contact.unionid:
            yield Identity(kind=IdentityKind.WECHAT_UNIONID, value=contact.unionid, customer=key)

    def follow(self, contact: Contact, follow: Follow) -> Items:
        """Yield whose contact it is since when, how it came, its tags, and what was noted."""
        key = customer_key(contact.external_userid)
        employee = employee_key(follow.userid)
        yield Employee(key=employee)
        yield Ownership(employee=employee, customer=key, since=follow.at)
        yield from self._arrival(key, follow)
        for written in follow.remark_mobiles:
            yield Identity(kind=IdentityKind.PHONE, value=written, customer=key)
        yield from self._tags(key, follow)
        yield FollowUp(
            key=f"{key}/{follow.userid}",
            customer=key,
            kind=FollowUpKind.OTHER,
            at=follow.at,
            employee=employee,
            note=_note(contact, follow) or None,
        )

    def group(self, chat: GroupChat) -> Items:
        """Yield that contacts joined a group chat; employees in it are left out."""
        for member in chat.member_list:
            if member.type == Member.EMPLOYEE:
                continue
            key = customer_key(member.userid)
            yield Customer(key=key, kind=CustomerKind.PERSON)
            yield Event(
                key=f"{CHANNEL}:{chat.chat_id}/{member.userid}",
                customer=key,
                type=JOINED,
                at=member.joined,
                channel=CHANNEL,
                content=chat.name or chat.chat_id,
            )

    def message(self, message: Message) -> Items:
        """Yield what a message of the archive says: who wrote to whom, what was agreed or marked.

        What people wrote is not kept; the title of what was marked as to do is.
        """
        if message.action != "send":
            return  # a message was taken back, or an account changed hands
        if agreement := message.agree or message.disagree:
            yield from self._consent(message, agreement)
        elif is_contact(message.from_):
            yield from self._written(message)
        else:
            for contact in filter(is_contact, message.tolist):
                yield from self._answered(message, contact)

    def _arrival(self, key: str, follow: Follow) -> Items:
        way = f"{CHANNEL}_{follow.add_way}"
        yield Channel(key=CHANNEL, name="企业微信")
        yield Channel(
            key=way, name=WAYS.get(follow.add_way, f"add_way {follow.add_way}"), parent=CHANNEL
        )
        yield Arrival(customer=key, channel=way, at=follow.at)

    def _tags(self, key: str, follow: Follow) -> Items:
        carried = [(tag.tag_id, tag.tag_name) for tag in follow.tags if tag.type != PERSONAL]
        for wecom_id, name in [*carried, *((one, one) for one in follow.tag_id)]:
            tag = self.tags.get(short_key("t", wecom_id or ""))
            if tag is None:
                yield UnreadableItem(
                    f"the tag {name!r} is not in the tag library that was imported; "
                    "load the one that get_corp_tag_list returns now",
                    original=f"{key} {wecom_id}",
                )
                continue
            yield Tagging(
                customer=key,
                tag=tag,
                since=follow.at,  # WeCom does not say since when; not before it is a contact
                source=TagSource.IMPORT,
                by=employee_key(follow.userid),
            )

    def _consent(self, message: Message, agreement: Agreement) -> Items:
        key = customer_key(agreement.userid)
        yield Customer(key=key, kind=CustomerKind.PERSON)
        yield Consent(
            key=f"{CHANNEL}:{message.msgid}",
            customer=key,
            purpose=ARCHIVING,
            granted=message.agree is not None,
            at=from_milliseconds(agreement.at),
            channel=CHANNEL,
        )

    def _written(self, message: Message) -> Items:
        key = customer_key(message.from_)
        yield Customer(key=key, kind=CustomerKind.PERSON)
        yield Event(
            key=f"{CHANNEL}:{message.msgid}",
            customer=key,
            type=MESSAGE,
            at=from_milliseconds(message.msgtime),
            channel=CHANNEL,
            content=message.msgtype,
        )

    def _answered(self, message: Message, contact: str) -> Items:
        key = customer_key(contact)
        employee = employee_key(message.from_)
        yield Customer(key=key, kind=CustomerKind.PERSON)
        yield Employee(key=employee)
        yield FollowUp(
            key=f"{CHANNEL}:{message.msgid}/{contact}",
            customer=key,
            kind=FollowUpKind.CALL if message.msgtype in _CALLS else FollowUpKind.CHAT,
            at=from_milliseconds(message.msgtime),
            employee=employee,
            note=message.msgtype,
            outcome=None if message.todo is None else f"{_TODO}: {message.todo.title}",
        )


def customer_key(external_userid: str) -> str:
    """Return the key of the customer whom WeCom knows by this id."""
    return f"{CHANNEL}:{external_userid}"


def employee_key(userid: str) -> str:
    """Return the key of the employee whom WeCom knows by this id."""
    return userid


def is_contact(wecom_id: str) -> bool:
    """Return whether an id is that of somebody outside of the company."""
    return wecom_id.startswith(("wm", "wo"))


def _note(contact: Contact, follow: Follow) -> str:
    company = follow.remark_corp_name or contact.corp_full_name or contact.corp_name
    parts = (follow.remark, follow.description, company, contact.position)
    return " · ".join(part.strip() for part in parts if part.strip())
