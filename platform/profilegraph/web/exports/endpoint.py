"""Exports over HTTP: parameters and authentication."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime

import structlog
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from profilegraph.domain.access import Permission
from profilegraph.domain.identity import Principal
from profilegraph.errors import Forbidden, InvalidInput, ProfilegraphError
from profilegraph.language.codec import decode_person_text
from profilegraph.language.facts import When
from profilegraph.language.history import as_of, require_moment
from profilegraph.language.nodes import PersonTest
from profilegraph.nearest import did_you_mean
from profilegraph.services.access.granting import AccessCache
from profilegraph.services.audit.entries import actor_of
from profilegraph.services.audit.exports import RecordedExport
from profilegraph.services.audit.recording import record_refusal
from profilegraph.services.exports.cells import CellStyle
from profilegraph.services.exports.columns import ExportSubject
from profilegraph.services.exports.files import form_of
from profilegraph.services.exports.tables import open_table
from profilegraph.services.limits.spending import BASE_POINTS, Spending
from profilegraph.services.platform import Platform
from profilegraph.web.exports.downloads import Download
from profilegraph.web.graphql.endpoint import failure
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.identity.credentials import Credential

PARAMETERS = ("asOf", "bom", "columns", "labels", "locale", "now", "what", "where")
_NO_MOMENT = "give a moment with its time zone, such as 2026-01-31T09:00:00+08:00."
_FLAGS = {"true": True, "false": False}
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f"*/:<>?\\|]')
_log = structlog.get_logger()


class Exports:
    """Responds with a segment's members as a file, to whoever is authenticated."""

    def __init__(
        self,
        platform: Platform,
        authenticate: Authenticator,
        accesses: AccessCache,
        clock: Callable[[], datetime],
        spending: Callable[[Principal], Spending] = lambda viewer: Spending(viewer.id),
    ) -> None:
        """Set the parts; `spending` is what a viewer spends on one file."""
        self._spending = spending
        self._platform = platform
        self._authenticate = authenticate
        self._accesses = accesses
        self._clock = clock

    @property
    def route(self) -> Route:
        """Return the route of exports."""
        route = Route("/export/segments/{key:path}.{form}", self, methods=["GET"])
        route.methods = {"GET"}  # a HEAD, which is let in unasked, would make the file in vain
        return route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or the error."""
        request = Request(scope)
        try:
            credential = self._authenticate.credential(request)
            viewer = await self._authenticate(credential)
            download, export = await self._admitted(request, viewer, credential)
        except ProfilegraphError as error:
            await failure(error)(scope, receive, send)
            return
        try:
            await download(scope, receive, send)
        finally:
            _log.info(
                "export",
                key_id=viewer.id,
                segment=request.path_params["key"],
                form=request.path_params["form"],
                what=request.query_params.get("what", ExportSubject.MEMBERS.value),
                columns=request.query_params.get("columns"),
                sent=download.sent,
                complete=download.complete,
            )
            await self._ended(export, complete=download.complete)

    async def _admitted(
        self, request: Request, viewer: Principal, credential: Credential | None
    ) -> tuple[Download, RecordedExport]:
        """Return the download of a viewer; raises Forbidden, which is recorded."""
        try:
            access = await self._accesses(viewer)
            access.require(Permission.CUSTOMERS_EXPORT, "a download")
            spending = self._spending(viewer)
            spending.charge(BASE_POINTS)
            platform = replace(self._platform, access=access, spending=spending)
            return await self._download(request, platform, credential, viewer)
        except Forbidden as error:
            await record_refusal(self._platform, viewer, error, "export", self._clock())
            raise

    async def _ended(self, export: RecordedExport, *, complete: bool) -> None:
        """Record how far an export came; that it began is recorded already."""
        try:
            await export.end(self._clock(), complete=complete)
        except ProfilegraphError as error:
            _log.error("export_end_not_recorded", code=error.code)

    async def _download(
        self,
        request: Request,
        platform: Platform,
        credential: Credential | None,
        viewer: Principal,
    ) -> tuple[Download, RecordedExport]:
        now, given = self._clock(), request.query_params
        form = form_of(request.path_params["form"])
        _refuse_unknown(given)
        style = CellStyle(
            locale=given.get("locale", "en"),
            labels=_flag(given, "labels", usually=form.for_people),
            bom=_flag(given, "bom", usually=True),
            zone=platform.deployment.zone,
        )
        columns = given["columns"].split(",") if "columns" in given else None
        of_people = _people(given)
        table = await open_table(
            platform,
            request.path_params["key"],
            _when(given, now),
            of_people=of_people,
            columns=columns,
        )
        export, table = await RecordedExport.begin(
            platform, actor_of(viewer), request.path_params["key"], form.ending, table, now
        )
        title = _NOT_IN_NAMES.sub("_", table.labels.text(style.locale))
        title += "" if of_people is None else f" {ExportSubject.PEOPLE.value}"
        name = f"{title} {now.astimezone(style.zone):%Y-%m-%d}.{form.ending}"
        parts = self._while_authenticated(form.write(table, style), credential, viewer)
        return Download(parts, name, form.media_type), export

    async def _while_authenticated(
        self, parts: AsyncGenerator[bytes, None], credential: Credential | None, viewer: Principal
    ) -> AsyncGenerator[bytes, None]:
        """Yield parts of a file until the key, session or token ends, or has other roles: then raise Unauthenticated."""
        async with aclosing(parts):
            async for part in parts:
                await self._authenticate.require_same(credential, viewer)
                yield part


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in given:
        if name not in PARAMETERS:
            hint = did_you_mean(name, PARAMETERS)
            raise InvalidInput(f"no parameter is called {name!r}.", where=name, hint=hint)


def _flag(given: Mapping[str, str], name: str, *, usually: bool) -> bool:
    if name not in given:
        return usually
    if given[name] not in _FLAGS:
        raise InvalidInput("give true or false.", where=name)
    return _FLAGS[given[name]]


def _when(given: Mapping[str, str], present: datetime) -> When:
    now = _moment(given, "now")
    if now is not None:
        require_moment(now, "now")
    return as_of(_moment(given, "asOf"), now or present)


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    if name not in given:
        return None
    try:
        moment = datetime.fromisoformat(given[name])
    except ValueError as fault:
        raise InvalidInput(_NO_MOMENT, where=name) from fault
    if moment.tzinfo is None:
        raise InvalidInput(_NO_MOMENT, where=name)
    return moment


def _people(given: Mapping[str, str]) -> PersonTest | None:
    """Return the condition on people; None for an export of members."""
    what = given.get("what", ExportSubject.MEMBERS.value)
    if what not in {one.value for one in ExportSubject}:
        raise InvalidInput(f"give {' or '.join(one.value for one in ExportSubject)}.", where="what")
    if what == ExportSubject.PEOPLE.value:
        return decode_person_text(given.get("where", "{}"))
    if "where" in given:
        raise InvalidInput("it narrows people; give what=people with it.", where="where")
    return None
