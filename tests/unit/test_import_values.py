from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from profilegraph.domain.records.activity import OpportunityOutcome
from profilegraph.domain.records.customers import CustomerKind, IdentityKind
from profilegraph.domain.records.kinds import KINDS
from profilegraph.domain.records.organisation import DecisionRole
from profilegraph.domain.values import Choice
from profilegraph.importers.values.cells import (
    parse_boolean,
    parse_enum,
    parse_hours,
    parse_share,
    parse_weekdays,
)
from profilegraph.importers.values.contacts import canonical_identity, parse_email, parse_phone
from profilegraph.importers.values.dates import DateRules, parse_date, parse_moment
from profilegraph.importers.values.money import (
    AmountRules,
    decimal_sign,
    has_two_meanings,
    parse_amount,
    parse_number,
)

SHANGHAI = DateRules(ZoneInfo("Asia/Shanghai"))
NEW_YORK = DateRules(ZoneInfo("America/New_York"))
YUAN = AmountRules("CNY")


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31",
        "2026/1/31",
        "2026.01.31",
        "2026年1月31日",
        "2026 年 1 月 31 日",
        "20260131",
        "31.01.2026",
        "31/01/2026",
        "01/31/2026",
        "31-Jan-2026",
        "31 January 2026",
        "Jan 31, 2026",
        "２０２６－０１－３１",
        " 2026-01-31 ",
        "2026-01-31T23:59:59+08:00",
        "2026-01-31T16:30:00Z",
    ],
)
def test_a_day_is_read_in_every_form_that_has_one_meaning(text: str) -> None:
    expected = date(2026, 2, 1) if text.endswith("Z") else date(2026, 1, 31)
    assert parse_date(text, SHANGHAI) == expected


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-31 14:05", (6, 5, 0)),
        ("2026/1/31 14:05:30", (6, 5, 30)),
        ("2026年1月31日 14时05分30秒", (6, 5, 30)),
        ("2026年1月31日14时05分", (6, 5, 0)),
        ("2026/1/31 下午2:05", (6, 5, 0)),
        ("2026/1/31 2:05 PM", (6, 5, 0)),
        ("2026-01-31T14:05:30+08:00", (6, 5, 30)),
        ("2026-1-31T14:05:30+0800", (6, 5, 30)),
        ("2026-01-31T14:05:30Z", (14, 5, 30)),
        ("20260131140530", (6, 5, 30)),
        ("202601311405", (6, 5, 0)),
        ("20260131T140530", (6, 5, 30)),
        ("20260131T140530Z", (14, 5, 30)),
    ],
)
def test_a_moment_without_a_zone_is_in_the_deployments(text: str, utc: tuple[int, ...]) -> None:
    hour, minute, second = utc
    assert parse_moment(text, SHANGHAI) == datetime(2026, 1, 31, hour, minute, second, tzinfo=UTC)


def test_a_day_alone_is_the_moment_at_which_it_begins() -> None:
    assert parse_moment("2026-01-31", SHANGHAI) == datetime(2026, 1, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", ["03/04/2026", "3-4-2026"])
def test_a_date_that_can_mean_two_days_is_refused_with_what_to_say(text: str) -> None:
    with pytest.raises(ValueError, match="day_first: true"):
        parse_date(text, SHANGHAI)


def test_day_first_settles_what_could_mean_two_days() -> None:
    zone = SHANGHAI.zone
    assert parse_date("03/04/2026", DateRules(zone, day_first=True)) == date(2026, 4, 3)
    assert parse_date("03/04/2026", DateRules(zone, day_first=False)) == date(2026, 3, 4)
    assert parse_date("03/03/2026", SHANGHAI) == date(2026, 3, 3)
    with pytest.raises(ValueError, match="does not exist"):
        parse_date("31/01/2026", DateRules(zone, day_first=False))


@pytest.mark.parametrize(
    "text",
    ["2026-02-30", "31/01/26", "46053", "yesterday", "2026-01", "2026-01-31 25:00", "1/32/2026"],
)
def test_what_is_no_date_is_refused_and_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|time"):
        parse_moment(text, SHANGHAI)


def test_a_spreadsheets_day_numbers_are_read_where_the_mapping_says_so() -> None:
    excel = DateRules(SHANGHAI.zone, format="excel")
    assert parse_date("46053", excel) == date(2026, 1, 31)
    assert parse_moment("46053.5", excel) == datetime(2026, 1, 31, 4, tzinfo=UTC)
    for wrong in ("2026-01-31", "0", "9999999", "nan"):
        with pytest.raises(ValueError, match=r"number"):
            parse_date(wrong, excel)


def test_time_stamps_and_stated_formats_are_read() -> None:
    zone = SHANGHAI.zone
    moment = datetime(2026, 1, 31, tzinfo=UTC)
    stamp = int(moment.timestamp())
    assert parse_moment(str(stamp), DateRules(zone, "unix")) == moment
    assert parse_moment(str(stamp * 1000), DateRules(zone, "unix_ms")) == moment
    assert parse_date("26|01|31", DateRules(zone, "%y|%m|%d")) == date(2026, 1, 31)
    with pytest.raises(ValueError, match="%y"):
        parse_date("2026-01-31", DateRules(zone, "%y|%m|%d"))
    with pytest.raises(ValueError, match="time stamp"):
        parse_moment("1e30", DateRules(zone, "unix"))


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(ValueError, match="put forward"):
        parse_moment("2026-03-08 02:30", NEW_YORK)
    assert parse_moment("2026-03-08 03:30", NEW_YORK) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_an_hour_that_the_clocks_show_twice_is_refused_with_both_offsets() -> None:
    with pytest.raises(ValueError, match=r"twice in America/New_York.*-04:00 or -05:00"):
        parse_moment("2025-11-02 01:30", NEW_YORK)
    excel = DateRules(NEW_YORK.zone, format="excel")
    with pytest.raises(ValueError, match="twice"):
        parse_moment("45963.0625", excel)
    first = parse_moment("2025-11-02T01:30:00-04:00", NEW_YORK)
    assert first == datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
    assert parse_moment("2025-11-02 00:30", NEW_YORK) == datetime(2025, 11, 2, 4, 30, tzinfo=UTC)
    assert parse_date("2025-11-02 01:30", NEW_YORK) == date(2025, 11, 2)


@pytest.mark.parametrize(
    ("zone", "text", "begins"),
    [
        ("America/Havana", "2025-11-02", datetime(2025, 11, 2, 4, tzinfo=UTC)),  # 00:30 comes twice
        ("America/Santiago", "2025-09-07", datetime(2025, 9, 7, 4, tzinfo=UTC)),  # no midnight
    ],
)
def test_a_day_alone_begins_with_its_first_moment_where_the_clocks_change_at_midnight(
    zone: str, text: str, begins: datetime
) -> None:
    for form, written in ((None, text), ("%Y/%m/%d", text.replace("-", "/"))):
        rules = DateRules(ZoneInfo(zone), format=form)
        assert parse_moment(written, rules) == begins
        assert parse_date(written, rules).isoformat() == text


@pytest.mark.parametrize("text", ["2026-01-31T00:00:00Z", "2026-01-31 00:00 +08:00", "1769817600"])
def test_a_midnight_elsewhere_that_is_another_day_here_is_no_day(text: str) -> None:
    rules = DateRules(NEW_YORK.zone, format="unix" if text.isdigit() else None)
    with pytest.raises(ValueError, match=r"two days.*2026-01-30 in America/New_York"):
        parse_date(text, rules)


def test_a_midnight_elsewhere_is_a_moment_and_the_mapping_can_say_that_it_is_a_day() -> None:
    text = "2026-01-31T00:00:00Z"
    assert parse_moment(text, NEW_YORK) == datetime(2026, 1, 31, tzinfo=UTC)
    assert parse_date(text, SHANGHAI) == date(2026, 1, 31)
    stated = DateRules(NEW_YORK.zone, format="%Y-%m-%dT00:00:00Z")
    assert parse_date(text, stated) == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.5", "1234.5"),
        ("¥1,234.50", "1234.50"),
        ("￥1,234.50", "1234.50"),
        ("1234.5元", "1234.5"),
        ("12元整", "12"),
        ("1.2万", "12000"),
        ("1.2万元", "12000"),
        ("3亿", "300000000"),
        ("2千万", "20000000"),
        ("RMB 1,000", "1000"),
        ("rmb1000", "1000"),
        ("CNY 7", "7"),
        ("１，２３４．５", "1234.5"),
        ("(1,234.00)", "-1234"),
        ("（1,234.00）", "-1234"),
        ("-¥5", "-5"),
        ("¥-5", "-5"),
        ("−5", "-5"),
        ("1.38E+10", "13800000000"),
        (".5", "0.5"),
    ],
)
def test_money_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert parse_amount(text, YUAN) == Decimal(amount)


@pytest.mark.parametrize("text", ["$29.33", "US$5", "USD 5", "5欧元", "€5", "£1", "5 EUR", "HK$3"])
def test_another_currency_is_refused_unless_it_is_stated(text: str) -> None:
    with pytest.raises(ValueError, match="currency"):
        parse_amount(text, YUAN)


def test_a_stated_currency_is_kept_as_it_is() -> None:
    assert parse_amount("$29.33", AmountRules("USD")) == Decimal("29.33")
    assert parse_amount("5欧元", AmountRules("EUR")) == Decimal(5)
    with pytest.raises(ValueError, match="expected in USD"):
        parse_amount("¥29.33", AmountRules("USD"))


@pytest.mark.parametrize(
    "text", ["1,23", "1.234,5", "1,2345", "1.2.3", ".", "--5", "(-5)", "abc", "1.2m", ""]
)
def test_what_is_no_amount_or_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an amount|unusual place|two signs|decimal comma"):
        parse_amount(text, YUAN)


def test_a_decimal_comma_is_read_where_the_mapping_says_so() -> None:
    assert parse_amount("1.234,50 €", AmountRules("EUR", ",")) == Decimal("1234.50")
    with pytest.raises(ValueError, match="decimal"):
        parse_amount("1,234.50", AmountRules("EUR", ","))


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2009", "\u202f", "\u2007", "'", "\u2019"])
def test_spaces_and_apostrophes_part_thousands_under_either_sign(space: str) -> None:
    assert parse_amount(f"1{space}234{space}567.89", YUAN) == Decimal("1234567.89")
    assert parse_amount(f"1{space}234,50 €", AmountRules("EUR", ",")) == Decimal("1234.50")
    for wrong in (
        f"1{space}23",
        f"12{space}34{space}567",
        f"1,234{space}567",
        f"1{space}{space}234",
    ):
        with pytest.raises(ValueError, match=r"unusual place|not an amount"):
            parse_amount(wrong, YUAN)


def test_the_advice_on_a_decimal_sign_is_one_that_is_not_followed_yet() -> None:
    with pytest.raises(ValueError, match=r"'12\.50'.*decimal point.*say `decimal: \"\.\"`"):
        parse_amount("12.50", AmountRules("EUR", ","))
    with pytest.raises(ValueError, match=r"'12,50'.*decimal comma.*say `decimal: \",\"`"):
        parse_amount("12,50", AmountRules("EUR"))
    with pytest.raises(ValueError, match="unusual place"):
        parse_amount("0,125,000", YUAN)


@pytest.mark.parametrize(
    ("text", "sign", "two"),
    [
        ("12.50", ".", False),
        ("12,50", ",", False),
        ("0.125", ".", False),
        ("1,234.50", ".", False),
        ("1.234.567", ",", False),
        ("1.000", None, True),
        ("1,250 €", None, True),
        ("1250", None, False),
        ("1 250", None, False),
        ("many", None, False),
    ],
)
def test_a_number_tells_its_decimal_sign_or_leaves_it_open(
    text: str, sign: str | None, two: bool
) -> None:
    assert (decimal_sign(text), has_two_meanings(text)) == (sign, two)


def test_a_number_takes_chinese_units() -> None:
    assert parse_number("500万", YUAN) == 5_000_000.0


@pytest.mark.parametrize(
    "text",
    [
        "138 1234 5678",
        "138-1234-5678",
        "0086-13812345678",
        "+86 138 1234 5678",
        "１３８１２３４５６７８",
        "'13812345678",
        "(86)13812345678",
    ],
)
def test_a_mobile_number_has_one_form(text: str) -> None:
    assert parse_phone(text, "CN") == "+8613812345678"


def test_other_numbers_are_told_by_their_area_or_country() -> None:
    assert parse_phone("010-6552 9988", "CN") == "+861065529988"
    assert parse_phone("+1 650-253-0000", "CN") == "+16502530000"
    assert parse_phone("(650) 253-0000", "US") == "+16502530000"
    assert parse_phone("1 650 253 0000", "US") == "+16502530000"
    assert parse_phone("0049 30 123456", "CN") == "+4930123456"
    assert parse_phone("010-65529988转123", "CN") == "+861065529988;ext=123"


@pytest.mark.parametrize(
    ("text", "region", "wanted"),
    [
        ("(415) 555-5938", "CN", "+864155555938"),  # San Francisco's, or Dandong's without its 0
        ("10 65529988 ext. 12", "CN", "+861065529988;ext=12"),
        ("30123456", "DE", "+4930123456"),
        ("495 123 45 67", "RU", "+74951234567"),
    ],
)
def test_a_number_that_may_be_another_countrys_is_refused_unless_its_country_is_stated(
    text: str, region: str, wanted: str
) -> None:
    with pytest.raises(ValueError, match=f"numbers of {region} are written otherwise"):
        parse_phone(text, region)
    assert parse_phone(text, region, stated=True) == wanted
    assert parse_phone(wanted.replace(";ext=", " ext. "), "CN") == wanted


def test_a_region_without_phone_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="'UK' is no country"):
        parse_phone("020 7946 0018", "UK", stated=True)


@pytest.mark.parametrize("text", ["12345", "13812345678.0", "1.38E+10", "none", ""])
def test_what_is_no_phone_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="phone number"):
        parse_phone(text, "CN")


@pytest.mark.parametrize(
    "text",
    [
        "1381234ba5678",
        "1-800-FLOWERS",
        "30123456.0",
        "13812345678.00",
        "138,1234,5678",
        "-13812345678",
        "+86+13812345678",
        "13812345678 ext.",
    ],
)
def test_a_phone_number_is_refused_rather_than_read_without_some_of_its_signs(text: str) -> None:
    for region in ("CN", "DE", "US"):
        with pytest.raises(ValueError, match="phone number"):
            parse_phone(text, region)


@pytest.mark.parametrize(
    "text",
    ["010-65529988 ext. 12", "010-65529988, Ext 12", "01065529988x12", "010-65529988，分机：12"],
)
def test_an_extension_has_one_form_that_is_read_again(text: str) -> None:
    assert parse_phone(text, "CN") == "+861065529988;ext=12"
    assert parse_phone("+861065529988;ext=12", "DE") == "+861065529988;ext=12"


UNSEEN = ["\u200b", "\ufeff", "\u00ad", "\u200d", "\u200c", "\u2060", "\u180e", "\ufe0f", "\u202e"]


@pytest.mark.parametrize("sign", UNSEEN)
def test_what_nobody_sees_makes_no_other_identity(sign: str) -> None:
    for kind, value in (
        (IdentityKind.PHONE, "13812345678"),
        (IdentityKind.EMAIL, "li.wei@example.com"),
        (IdentityKind.UNIFIED_SOCIAL_CREDIT_CODE, "91310000MA1K35W"),
        (IdentityKind.WECOM_EXTERNAL_USER, "wmAbC"),
        (IdentityKind.CRM, "aB"),
    ):
        for place in (0, 1, 4, len(value)):
            written = value[:place] + sign + value[place:]
            assert canonical_identity(kind, written, "CN") == canonical_identity(kind, value, "CN")


def test_one_mailbox_is_one_identity_however_it_is_written() -> None:
    assert parse_email(" Li.Wei@Example.COM ") == "li.wei@example.com"
    assert parse_email("li@xn--fsqu00a.xn--0zwm56d") == parse_email("LI@例子.测试")
    assert parse_email("rene\u0301@x.fr") == parse_email("REN\u00c9@X.fr")
    with pytest.raises(ValueError, match="cannot exist"):
        parse_email("a@xn--\u00e9.de")


def test_an_e_mail_address_that_is_none_is_refused() -> None:
    assert parse_email("li＠例子.中国") == "li@例子.中国"
    for wrong in ("li", "li@x", "a@b@c.cn", "a b@c.cn", "<a@b.cn>"):
        with pytest.raises(ValueError, match="e-mail"):
            parse_email(wrong)


def test_an_identity_is_made_canonical_by_its_kind() -> None:
    assert canonical_identity(IdentityKind.PHONE, "138 1234 5678", "CN") == "+8613812345678"
    assert canonical_identity(IdentityKind.EMAIL, "A@B.CN", "CN") == "a@b.cn"
    code = canonical_identity(IdentityKind.UNIFIED_SOCIAL_CREDIT_CODE, " 91310000ma1k３５w ", "CN")
    assert code == "91310000MA1K35W"
    assert canonical_identity(IdentityKind.CRM, " aB ", "CN") == "aB"


@pytest.mark.parametrize("text", ["是", "yes", "Y", "TRUE", "1", "１", "有", "√"])
def test_yes_is_true(text: str) -> None:
    assert parse_boolean(text) is True


@pytest.mark.parametrize("text", ["否", "no", "N", "False", "0", "无", "×"])
def test_no_is_false(text: str) -> None:
    assert parse_boolean(text) is False


def test_what_is_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(ValueError, match="neither yes nor no"):
        parse_boolean("maybe")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1,3,6", (1, 3, 6)),
        ("6;1；1", (1, 6)),
        ("周二、周四", (2, 4)),
        ("周二、四、六", (2, 4, 6)),
        ("星期日 礼拜一", (1, 7)),
        ("Tue, Thursday", (2, 4)),
    ],
)
def test_weekdays_are_read_from_numbers_and_names(text: str, days: tuple[int, ...]) -> None:
    assert parse_weekdays(text) == days


@pytest.mark.parametrize("text", ["0", "8", "周八", "1-5"])
def test_an_unknown_weekday_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no weekday"):
        parse_weekdays(text)


def test_shares_and_hours_are_read() -> None:
    assert parse_share("80%") == pytest.approx(0.8)
    assert parse_share("０.５") == 0.5
    assert parse_hours("9:00～18:30") == "09:00-18:30"
    assert parse_hours("9：00至18：30") == "09:00-18:30"
    with pytest.raises(ValueError, match="09:00-18:00"):
        parse_hours("morning")
    with pytest.raises(ValueError, match=r"0\.8 or 80%"):
        parse_share("high")


def test_words_are_found_in_any_case_and_in_chinese() -> None:
    assert parse_enum("company", CustomerKind) is CustomerKind.COMPANY
    assert parse_enum("个人", CustomerKind) is CustomerKind.PERSON
    assert parse_enum("Economic buyer", DecisionRole) is DecisionRole.ECONOMIC_BUYER
    assert parse_enum("technical-buyer", DecisionRole) is DecisionRole.TECHNICAL_BUYER
    assert parse_enum("赢单", OpportunityOutcome) is OpportunityOutcome.WON
    with pytest.raises(ValueError, match="none of COMPANY, PERSON"):
        parse_enum("dog", CustomerKind)


IN_RECORDS = dict.fromkeys(
    one.choices for kind in KINDS for one in kind.fields.values() if one.choices is not None
)


@pytest.mark.parametrize("kind", IN_RECORDS, ids=lambda kind: kind.__name__)
def test_every_chinese_name_stands_for_its_member_and_most_members_have_one(
    kind: type[Choice],
) -> None:
    for member in kind:
        assert {parse_enum(name, kind) for name in member.synonyms} <= {member}
    assert sum(bool(member.synonyms) for member in kind) >= len(kind) / 2
