"""Signing in by a link or an identity provider, and signing out: what begins and ends a session."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from profilegraph.domain.identity import AuthenticationMethod
from profilegraph.errors import (
    CrossSiteRequest,
    ProfilegraphError,
    RateLimited,
    Unauthenticated,
)
from profilegraph.services.identity import sessions
from profilegraph.services.identity.sessions import SignedIn
from profilegraph.services.identity.tokens import TokenVerifier
from profilegraph.services.platform import Platform
from profilegraph.web.graphql.endpoint import failure
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.identity.credentials import (
    PLAIN_COOKIE,
    SECURE_COOKIE,
    Credential,
    address_of,
    on_this_machine,
    origin_of,
    require_same_origin,
    secure,
    session_cookie,
)
from profilegraph.web.identity.pages import button, link, page, words_of

PATH = "/signin"
_PROVIDER = f"{PATH}/oidc"
_CALLBACK = f"{_PROVIDER}/callback"
_AFTER = "/graphiql"
_PENDING = "-oidc"
"""The end of the name of the cookie that a sign-in at the provider has meanwhile."""
_PENDING_SECONDS = 600
_log = structlog.get_logger()


class SigningIn:
    """The routes of signing in and out."""

    def __init__(
        self,
        platform: Platform,
        authenticator: Authenticator,
        tokens: TokenVerifier | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._platform = platform
        self._authenticator = authenticator
        self._tokens = tokens
        self._clock = clock
        self._public_url = platform.settings.public_url

    @property
    def routes(self) -> list[Route]:
        """Return the routes."""
        found = [Route(PATH, self._choose, methods=["GET"])]
        if self._tokens is not None:
            found += [
                Route(_PROVIDER, self._guarded(self._to_provider), methods=["GET"]),
                Route(_CALLBACK, self._guarded(self._from_provider), methods=["GET"]),
            ]
        return [
            *found,
            Route(f"{PATH}/{{link}}", self._show, methods=["GET"]),
            Route(f"{PATH}/{{link}}", self._guarded(self._use), methods=["POST"]),
            Route("/signout", self._sign_out, methods=["POST"]),
        ]

    async def _choose(self, request: Request) -> Response:
        words = words_of(request)
        way = words.ask if self._tokens is None else link(_PROVIDER, words.provider)
        return page(request, words, way)

    async def _show(self, request: Request) -> Response:
        """Show the button; what only looks at the page, such as a preview, does not use the link up."""
        words = words_of(request)
        return page(request, words, words.link, button(str(request.url.path), words.sign_in))

    async def _use(self, request: Request) -> Response:
        require_same_origin(request, self._public_url)  # nobody is signed in as somebody else
        signed_in = await sessions.sign_in(
            self._platform, request.path_params["link"], self._clock()
        )
        return self._begun(request, signed_in, RedirectResponse(_AFTER, 303))

    async def _to_provider(self, request: Request) -> Response:
        assert self._tokens is not None  # noqa: S101  (there is no route without)
        provider = self._tokens.provider
        state, nonce, verifier = (token_urlsafe(32) for _ in range(3))
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": self._callback(request),
            "scope": self._platform.settings.oidc_scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = (await provider.metadata()).authorization_endpoint
        sign = "&" if "?" in endpoint else "?"
        response = RedirectResponse(f"{endpoint}{sign}{urlencode(asked)}", 303)
        response.headers["Cache-Control"] = "no-store"
        pending = f"{state}.{nonce}.{verifier}"
        # It comes back from another site, so it cannot be strict.
        self._set(request, response, _PENDING, pending, timedelta(seconds=_PENDING_SECONDS), "lax")
        return response

    async def _from_provider(self, request: Request) -> Response:
        assert self._tokens is not None  # noqa: S101  (there is no route without)
        provider, given = self._tokens.provider, request.query_params
        parts = request.cookies.get(self._cookie(request) + _PENDING, "").split(".")
        if len(parts) != 3 or not compare_digest(
            parts[0].encode(), given.get("state", "").encode()
        ):
            raise _refused("state is that of no sign-in of this browser")
        if given.get("iss", provider.issuer) != provider.issuer:
            raise _refused("the answer is that of another issuer")
        if "code" not in given:
            raise _refused(f"the provider says {given.get('error', '')[:100]!r}")
        token = await provider.exchange(given["code"], self._callback(request), parts[2])
        now = self._clock()
        employee, roles = await self._tokens.signed_in(token, parts[1], now)
        signed_in = await sessions.begin_session(
            self._platform, employee, now, provider.issuer, roles
        )
        words = words_of(request)
        # A redirect would still belong to the provider's, and be sent without the strict cookie.
        response = page(request, words, words.signed_in, link(_AFTER, words.go_on))
        self._set(request, response, _PENDING, "", timedelta(0), "lax")
        return self._begun(request, signed_in, response)

    async def _sign_out(self, request: Request) -> Response:
        """End the session of the cookie; without one, nothing is to be ended."""
        secret = session_cookie(request, self._public_url)
        response = RedirectResponse(PATH, 303)
        try:
            require_same_origin(request, self._public_url)
            if secret is not None:
                await sessions.sign_out(self._platform, secret)
        except ProfilegraphError as error:
            return failure(error)
        if secret is not None:
            self._authenticator.forget(Credential(AuthenticationMethod.SESSION, secret))
        self._set(request, response, "", "", timedelta(0), "strict")
        return response

    def _begun(self, request: Request, signed_in: SignedIn, response: Response) -> Response:
        lasts = signed_in.session.expires_at - signed_in.session.created_at
        self._set(request, response, "", signed_in.secret, lasts, "strict")
        response.headers["Cache-Control"] = "no-store"
        _log.info("signed_in", session_id=signed_in.session.id)
        return response

    def _guarded(
        self, work: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that tells a person of errors, and needs HTTPS."""

        async def guarded(request: Request) -> Response:
            words = words_of(request)
            near = on_this_machine(request, self._public_url)
            if not near and not secure(request, self._public_url):
                return page(request, words, words.insecure, status=400)
            try:
                self._authenticator.refuse_guessing(address_of(request))
                return await work(request)
            except RateLimited as error:
                too_many = page(request, words, words.too_many, status=429)
                too_many.headers["Retry-After"] = str(error.retry_after)
                return too_many
            except CrossSiteRequest:
                return page(request, words, words.other_site, status=403)
            except Unauthenticated as error:
                self._platform.cache.metrics.authentication_failures.labels("SIGN_IN").inc()
                _log.warning("sign_in_refused", reason=error.reason)
                self._authenticator.note_failure(address_of(request))
                over = words.link_over if "link" in request.path_params else words.refused
                return page(request, words, over, status=401)
            except ProfilegraphError as error:
                _log.warning("sign_in_failed", code=error.code, error=str(error))
                return page(request, words, words.refused, status=503)

        return guarded

    def _callback(self, request: Request) -> str:
        return origin_of(request, self._public_url) + _CALLBACK

    def _cookie(self, request: Request) -> str:
        return SECURE_COOKIE if secure(request, self._public_url) else PLAIN_COOKIE

    def _set(
        self,
        request: Request,
        response: Response,
        end: str,
        value: str,
        lasts: timedelta,
        same_site: str,
    ) -> None:
        """Set a cookie that no script can read, or delete it if it is to last no time."""
        response.set_cookie(
            self._cookie(request) + end,
            value,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=secure(request, self._public_url),
            httponly=True,
            samesite="strict" if same_site == "strict" else "lax",
        )


def _refused(reason: str) -> Unauthenticated:
    return Unauthenticated("the sign-in is not valid.", reason=f"sign-in: {reason}")
