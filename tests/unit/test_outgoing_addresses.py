"""Where messages may go: to hosts that can exist, and to no private address, however it is spelt."""

from __future__ import annotations

from ipaddress import ip_address

import httpx
import pytest

from profilegraph.errors import InvalidInput
from profilegraph.hooks.outgoing.addresses import is_public, look_up, parse_target


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@example.com/",
        "ftp://example.com/",
        "https:///path",
        "nonsense",
        "https://exa mple.com:port/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:0:7f00:1]/",
        "https://[64:ff9b:1::7f00:1]/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://127\u30020\u30020\u30021/",
    ],
)
def test_an_address_that_is_not_a_public_host_s_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_target(url, private=False)
    assert error.value.where == "url"


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    "url",
    [
        "https://a..b/",
        "https://.example.com/",
        f"https://{'a' * 64}.example.com/",
        f"https://{'.'.join(['a' * 60] * 5)}/",
        "https://xn--/",
        "https://xn--zzzzzzzz999999/",
        "https://-a.example.com/",
        "https://a_-/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:99999999999999999999/",
    ],
)
def test_a_host_or_port_that_cannot_exist_is_refused(url: str, private: bool) -> None:
    with pytest.raises(InvalidInput) as error:
        parse_target(url, private=private)
    assert error.value.where == "url"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://example.com.:8443/a?b=c",
        f"https://{'a' * 63}.example.com/",
        "https://fa\u00df.de/",
        "https://例え.jp/",
        "https://_hooks.example.com/",
        "https://93.184.216.34/",
        "https://[2606:4700::1111]:65535/",
    ],
)
def test_an_address_of_a_public_host_is_taken(url: str) -> None:
    assert parse_target(url, private=False).scheme == "https"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("192.168.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.1", False),
        ("fe80::1", False),
        ("fe80::1%2", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("::127.0.0.1", False),
        ("::10.0.0.1", False),
        ("::ffff:0:7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", False),
        ("2001:db8::1", False),
        ("2606:4700::5efe:7f00:1", False),
        ("2606:4700::200:5efe:a00:1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("64:ff9b:1::7f00:1", False),
        ("64:ff9b:1::5db8:d822", False),
        ("100::1", False),
        ("5f00::1", False),
    ],
)
def test_an_address_is_public_or_not_whatever_hides_in_it(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


async def test_a_name_that_leads_to_this_machine_is_not_public() -> None:
    url = parse_target("https://localhost/", private=False)
    with pytest.raises(InvalidInput, match="not public"):
        await look_up(url, private=False)
    assert ip_address(await look_up(httpx.URL("http://localhost"), private=True)).is_loopback
