import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from profilegraph.domain.records.customers import Customer
from profilegraph.domain.spreadsheets import escaped, is_formula, unescaped
from profilegraph.domain.texts import INVISIBLE, normal_key, normal_text
from profilegraph.language.codec import decode, encode_text

# Marks before numbers that are seen, and the controls of hieroglyphs.
SEEN = re.compile(
    "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001345f]"
)
TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            "e\u0301\u200b\u200c\u200d\ufe0f\u00ad\ufeffمی❤👩🚀👍🏽謝葛\U000e0100 \u00a0\u3000='-"
        ),
    ),
    max_size=12,
)


def test_every_format_character_of_unicode_is_unseen_or_known_to_be_seen() -> None:
    unseen = re.compile(f"[{INVISIBLE}]")
    formats = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    assert "\u200b" in formats
    assert [hex(ord(one)) for one in formats if not (unseen.match(one) or SEEN.match(one))] == []


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u200d", "\u200c", "\ufeff", "\u00ad", "\u180e", "\u202e"]
)
def test_what_nobody_sees_between_usual_letters_is_no_part_of_a_text(sign: str) -> None:
    for text in ("Cafe", "谢霞", "Иван", "K1"):
        for place in range(len(text) + 1):
            assert normal_text(text[:place] + sign + text[place:]) == text
            assert normal_key(text[:place] + sign + text[place:]) == text


@pytest.mark.parametrize(
    "text",
    [
        "می‌خواهم",  # Persian: without its non-joiner it is written wrongly
        "രാജന്‍",  # Malayalam: the joiner makes the last letter
        "ශ්‍රී",
        "👩‍🚀",
        "❤️‍🔥",
        "👨‍👩‍👧",
        "1️⃣",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "葛󠄀城",  # an ideograph in one of its forms
    ],
)
def test_a_text_for_people_keeps_what_changes_how_it_looks(text: str) -> None:
    assert normal_text(text) == unicodedata.normalize("NFC", text)
    assert not re.search(f"[{INVISIBLE}]", normal_key(text))


def test_letters_and_spaces_that_look_the_same_are_the_same() -> None:
    assert normal_text("Cafe\u0301") == normal_text("Caf\u00e9") == "Caf\u00e9"
    assert normal_text("Acme\u00a0GmbH\u202f& Co") == "Acme GmbH & Co"
    assert normal_text("張三\u3000商店") == "張三\u3000商店"
    assert normal_key("張三\u3000商店") == "張三 商店"
    assert normal_text("a\u2028b") == "a\nb"


@given(TEXTS)
@example("\u0645\u200d\u200c\u06cc")
def test_the_normal_form_has_no_other_normal_form(text: str) -> None:
    assert normal_text(normal_text(text)) == normal_text(text)
    assert normal_key(normal_key(text)) == normal_key(text) == normal_key(normal_text(text))


@pytest.mark.parametrize("normal", [normal_text, normal_key])
def test_half_of_a_character_is_told_in_one_sentence(normal: object) -> None:
    assert callable(normal)
    with pytest.raises(ValueError, match=r"^it holds half of a character .*U\+D83D.*$"):
        normal("a\ud83d")


def test_half_of_a_character_in_an_attribute_is_one_fault() -> None:
    with pytest.raises(ValueError, match="1 validation error"):
        Customer(key="K", attributes={"city": "\ud83d"})


def test_records_and_filters_have_their_texts_in_one_form() -> None:
    written = "Cafe\u0301 \u200bNoir"
    kept = Customer(key="K\u200b1", name=written, attributes={"city": written, "vip": "true"})
    assert (kept.key, kept.name) == ("K1", "Caf\u00e9 Noir")
    assert kept.attributes == {"city": "Caf\u00e9 Noir", "vip": "true"}
    for operator in ("eq", "ne", "contains", "startsWith"):
        asked = [
            decode({"attribute": {"key": "city", "text": {operator: text}}})
            for text in (written, "Caf\u00e9 Noir")
        ]
        assert encode_text(asked[0]) == encode_text(asked[1])
    keys = decode({"owner": {"employees": ["E\u200d1"]}})
    assert keys == decode({"owner": {"employees": ["E1"]}})


@given(TEXTS)
@example("'=1")
@example("''-x")
@example("\u00ad=1")
def test_the_guard_of_spreadsheets_is_taken_off_exactly(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not is_formula(escaped(text))


@given(
    st.text(
        st.sampled_from(f"{chr(0xAD)}\u180e\u200b\ufeff\u2060\u202e \u3000\t\x00\x1f\u0085"),
        max_size=4,
    )
)
def test_nothing_that_is_not_seen_hides_a_formula_from_the_guard(before: str) -> None:
    for trigger in "=+-@＝＋－＠":
        assert is_formula(f"{before}{trigger}cmd")
