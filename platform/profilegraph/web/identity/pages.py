"""The pages on which people sign in: plain HTML in the reader's language, without scripts."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from profilegraph.domain.locales import related_locale
from profilegraph.rendering.languages import languages, wording
from profilegraph.rendering.wording.names import SignInWording

_MOST_LANGUAGES = 10


def page(request: Request, words: SignInWording, *parts: str, status: int = 200) -> HTMLResponse:
    """Return a page with these parts of HTML."""
    body = "".join(f"<p>{part}</p>" for part in parts)
    text = (
        f'<!doctype html><html lang="{escape(_locale(request))}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>profilegraph</title></head><body><h1>{escape(words.title)}</h1>{body}</body></html>"
    )
    return HTMLResponse(text, status, {"Cache-Control": "no-store"})


def button(action: str, text: str) -> str:
    """Return a form with one button."""
    return f'<form method="post" action="{escape(action)}"><button>{escape(text)}</button></form>'


def link(address: str, text: str) -> str:
    """Return a link."""
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def words_of(request: Request) -> SignInWording:
    """Return the words of the first accepted language that the product speaks, else English ones."""
    return wording(_locale(request)).sign_in


def _locale(request: Request) -> str:
    accepted = request.headers.get("accept-language", "").split(",")[:_MOST_LANGUAGES]
    for one in accepted:
        tag = one.partition(";")[0].strip()
        if tag and (found := related_locale(tag[:40], languages())):
            return found
    return "en"
