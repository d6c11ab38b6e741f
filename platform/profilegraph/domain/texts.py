"""The normal form of texts, in which they are stored and compared.

Two texts that look the same are the same text: composed and decomposed letters, invisible
characters, kinds of spaces. Texts for people keep invisible characters that change how they look;
keys do not.
"""

from __future__ import annotations

import re
import unicodedata

# Default-ignorable characters (Unicode, 5.21) and blank letters; a test compares with Unicode's data.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""Invisible characters, as the inside of a character class."""

_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f"
_WIDE_SPACE = "\u3000"
_LINE_ENDS = "\u0085\u2028\u2029"

# Where a character that takes no room changes how its neighbours look.
_JOINING = (  # Arabic, Syriac and the like, the scripts of India and its neighbours, Mongolian
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1700-\u17ff\u1820-\u18aa\u1900-\u1cff\ua800-\uabff"
    "\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff"
)
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_KEPT = "|".join(
    (
        rf"(?<=[{_JOINING}])\u200d",
        rf"(?<=[{_JOINING}])\u200c(?=[{INVISIBLE}]*[{_JOINING}])",
        rf"(?<=[{_EMOJI}])\ufe0f?\u200d(?=[{_EMOJI}])",
        rf"(?<=[{_EMOJI}])[\ufe0e\ufe0f]",
        r"(?<=[0-9#*])\ufe0f(?=\u20e3)",
        rf"(?<=[{_IDEOGRAPHS}])[\ufe00-\ufe0d\U000e0100-\U000e01ef]",
        r"(?<=[\u1820-\u18aa])[\u180b-\u180f]",
        r"(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f",
    )
)
_UNSEEN = re.compile(f"[{INVISIBLE}]+")
_UNSEEN_OR_KEPT = re.compile(f"({_KEPT})|[{INVISIBLE}]")
_ANY_SPACE = re.compile(f"[{_SPACES}]")
_ANY_BLANK = re.compile(f"[{_SPACES}{_WIDE_SPACE}{_LINE_ENDS}]")
_ANY_LINE_END = re.compile("[\u2028\u2029]")
_SURROGATES = "\ud800-\udfff"
_SURROGATE = re.compile(f"[{_SURROGATES}]")
_UNUSUAL_IN_TEXT = re.compile(f"[{INVISIBLE}{_SPACES}{_LINE_ENDS}{_SURROGATES}]")
_UNUSUAL_IN_KEY = re.compile(f"[{INVISIBLE}{_SPACES}{_WIDE_SPACE}{_LINE_ENDS}{_SURROGATES}]")


def normal_text(text: str) -> str:
    """Return a text for people in its normal form: NFC, one kind of space, no invisible characters.

    Joiners and variation selectors stay where they change how letters of a script, ideographs or
    emoji look. Raises ValueError if it contains a lone surrogate.
    """
    if text.isascii() or _is_normal(text, _UNUSUAL_IN_TEXT):
        return text
    _require_whole(text)
    if _UNSEEN.search(text):
        text = _UNSEEN_OR_KEPT.sub(lambda found: found[1] or "", text)
    spaced = _ANY_LINE_END.sub("\n", _ANY_SPACE.sub(" ", text))
    return unicodedata.normalize("NFC", spaced)


def normal_key(text: str) -> str:
    """Return a key or an identity in its normal form: that of a text, without any invisible character.

    Wide spaces and line ends become spaces. Raises ValueError for a lone surrogate.
    """
    if text.isascii() or _is_normal(text, _UNUSUAL_IN_KEY):
        return text
    _require_whole(text)
    return unicodedata.normalize("NFC", _ANY_BLANK.sub(" ", _UNSEEN.sub("", text)))


def without_unseen(text: str) -> str:
    """Return a text without invisible characters."""
    return text if text.isascii() else _UNSEEN.sub("", text)


def _is_normal(text: str, unusual: re.Pattern[str]) -> bool:
    """Return whether a text is already normal, as nearly all are."""
    return not unusual.search(text) and unicodedata.is_normalized("NFC", text)


def _require_whole(text: str) -> None:
    if found := _SURROGATE.search(text):
        raise ValueError(
            f"it holds half of a character (the lone surrogate U+{ord(found[0]):04X})"
            " and cannot be kept; write the whole character or leave it out"
        )
