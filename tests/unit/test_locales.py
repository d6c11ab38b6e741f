"""Which language is read where one is wanted."""

from __future__ import annotations

import pytest

from profilegraph.domain.locales import nearest_locale


@pytest.mark.parametrize(
    ("wanted", "known", "read"),
    [
        ("fr", ("en", "fr"), "fr"),
        ("fr-CA", ("en", "fr"), "fr"),
        ("fr_CA.UTF-8", ("en", "fr"), "fr"),
        ("de_AT@euro", ("en", "de"), "de"),
        ("PT-br", ("en", "pt-PT", "pt-BR"), "pt-BR"),
        ("pt", ("en", "pt-PT"), "pt-PT"),
        ("pt-AO", ("en", "pt-BR"), "pt-BR"),
        ("zh-Hant-TW", ("en", "zh-Hant", "zh-CN"), "zh-Hant"),
        ("zh_TW", ("en", "zh-CN"), "zh-CN"),
        ("zha", ("en", "zh-CN"), "en"),
        ("de", ("zh-CN", "en"), "en"),
        ("de", ("fr", "zh-CN"), "zh-CN"),
        ("de", ("fr", "it"), "fr"),
        ("zh-" + "x-" * 100_000, ("en", "zh-CN"), "zh-CN"),
        ("", ("zh-CN", "en"), "en"),
        ("C", ("zh-CN", "en"), "en"),
    ],
)
def test_the_nearest_language_is_read(wanted: str, known: tuple[str, ...], read: str) -> None:
    assert nearest_locale(wanted, known) == read
