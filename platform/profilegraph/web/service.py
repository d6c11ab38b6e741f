"""The web application of one platform, and the server that runs it."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog
import uvicorn
from starlette.applications import Starlette

from profilegraph.api.documents.trusted import TrustedDocuments, read_manifest
from profilegraph.api.runtime.context import ApiContext
from profilegraph.api.runtime.executor import MOST_WAITING, Executor
from profilegraph.api.runtime.open_subscriptions import OpenSubscriptions
from profilegraph.api.runtime.schemas import Schemas
from profilegraph.config import DocumentsMode, Settings
from profilegraph.domain.audit import AuditSeal
from profilegraph.domain.identity import Principal
from profilegraph.errors import Forbidden, InvalidConfiguration, ProfilegraphError
from profilegraph.hooks.hosting.host import Host
from profilegraph.services.access.granting import AccessCache
from profilegraph.services.audit.failures import FailedAuthentications
from profilegraph.services.audit.recording import record_refusal
from profilegraph.services.audit.retention import PRUNE_SECONDS, PRUNING, keep_days
from profilegraph.services.audit.sealing import SEAL_SECONDS, SEALING, seal_entries
from profilegraph.services.evaluation.graph_evaluator import plan
from profilegraph.services.identity.authentication import authenticate, token_verifier
from profilegraph.services.identity.tokens import TokenVerifier
from profilegraph.services.identity.uses import PAUSE_SECONDS as USES_SECONDS
from profilegraph.services.identity.uses import USES, RecordedUses
from profilegraph.services.limits.fair_queue import FairQueue
from profilegraph.services.limits.pacer import Pacer
from profilegraph.services.limits.rates import RateLimiter
from profilegraph.services.limits.spending import Spending
from profilegraph.services.live.worker import WATCHING, LiveWorker
from profilegraph.services.operations.doctor import plugin_state
from profilegraph.services.operations.embedded_server import PAUSE_SECONDS, EmbeddedSupervisor
from profilegraph.services.operations.routines import Routine
from profilegraph.services.outbox.kind import OUTBOX
from profilegraph.services.outbox.kinds import outbox_kinds
from profilegraph.services.outbox.worker import OutboxWorker
from profilegraph.services.platform import Platform
from profilegraph.web.app import build_app
from profilegraph.web.exports.endpoint import Exports
from profilegraph.web.graphql.endpoint import NewContext
from profilegraph.web.graphql.requests import MAX_BODY
from profilegraph.web.identity.authenticator import Authenticator
from profilegraph.web.identity.credentials import Credential
from profilegraph.web.identity.signing_in import SigningIn
from profilegraph.web.operations.health import Check
from profilegraph.web.operations.operating import operator_routes
from profilegraph.web.protocol import BoundedProtocol

READY_SECONDS = 5.0
PLANNING_SECONDS = 300.0
"""The period of replanning: the database drops plans after a while, and when it restarts."""
SHUTDOWN_SECONDS = 10
EVENTS_AT_ONCE = (4, 2)
"""Events of subscriptions that are answered at once, and those of one key."""
SWITCH_SECONDS = 0.001
"""How long the event loop waits at most for a thread that computes in Python; 5 ms by default."""

_log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]


def platform_app(platform: Platform, clock: Clock) -> Starlette:
    """Return the web application of a platform; shutting it down closes the database.

    Raises InvalidConfiguration if the trusted documents cannot be read.
    """
    tokens, accesses = token_verifier(platform), AccessCache(platform.database)
    uses, failed = RecordedUses(platform), FailedAuthentications(platform)
    background = _Background(platform, clock, uses, failed)
    schemas = Schemas(
        platform.catalogue, platform.host, compiled=platform.settings.compiled_execution
    )
    pacer = Pacer()
    executor = _executor(platform, schemas, pacer)
    _watch(platform, schemas)

    async def start() -> None:
        _tell_of_faults(platform.host)
        # It looks at the graph: the index begins to be built before the first question, too.
        await schemas.newest()
        await asyncio.to_thread(executor.check_documents)
        background.start()

    async def close() -> None:
        await background.close()
        await platform.cache.close()
        await platform.database.close()

    door = _door(platform, tokens, uses, failed, clock)
    spending = _spending(platform.settings)
    return build_app(
        executor=executor,
        authenticate=door,
        new_context=_contexts(platform, accesses, clock, pacer, spending),
        checks=_checks(platform),
        start=start,
        close=close,
        routes=[
            Exports(platform, door, accesses, clock, spending).route,
            *operator_routes(platform, door, clock),
            *SigningIn(platform, door, tokens, clock, failed.note).routes,
        ],
        origins=platform.settings.cors_origins,
    )


def _watch(platform: Platform, schemas: Schemas) -> None:
    platform.cache.metrics.watch_plugins(platform.host, platform.listening)
    platform.cache.metrics.watch_fallbacks(schemas.fallbacks.counts)


def _spending(settings: Settings) -> Callable[[Principal], Spending]:
    """Return what makes what a viewer may spend on one request."""
    rate = RateLimiter(settings.points_per_minute)

    def spending(viewer: Principal) -> Spending:
        return Spending(viewer.id, settings.request_points, rate, settings.read_timeout)

    return spending


def _contexts(
    platform: Platform,
    accesses: AccessCache,
    clock: Clock,
    pacer: Pacer,
    spending: Callable[[Principal], Spending],
) -> NewContext:
    """Return what makes the context of a request, with the access of its viewer, who pays for it."""
    events = FairQueue(*EVENTS_AT_ONCE, MOST_WAITING)

    async def new_context(viewer: Principal) -> ApiContext:
        try:
            access = await accesses(viewer)
        except Forbidden as error:
            await record_refusal(platform, viewer, error, "graphql", clock())
            raise

        seen, pays = replace(platform, access=access), partial(spending, viewer)
        return ApiContext(seen, viewer, clock(), clock, pays, pacer, events)

    return new_context


def _door(
    platform: Platform,
    tokens: TokenVerifier | None,
    uses: RecordedUses,
    failed: FailedAuthentications,
    clock: Clock,
) -> Authenticator:
    """Return what says who asks; failures are counted, and uses recorded."""

    async def check(one: Credential) -> Principal:
        return await authenticate(platform, tokens, one.method, one.secret, clock())

    return Authenticator(
        check,
        public_url=platform.settings.public_url,
        on_success=uses.note,
        on_failure=failed.note,
    )


async def serve(platform: Platform, clock: Clock, on_address: Callable[[str], None]) -> None:
    """Serve a platform until SIGINT or SIGTERM, then finish running requests.

    `on_address` is called with the address once connections are accepted; port 0 takes any free
    port. Raises InvalidConfiguration if the address cannot be used.
    """
    settings = platform.settings
    with _listening(settings.host, settings.port) as listener:
        host, port = listener.getsockname()[:2]
        app = platform_app(platform, clock)
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                http=BoundedProtocol,
                ws="websockets-sansio",
                ws_max_size=MAX_BODY,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            ),
            app.state.closing,
        )
        # What lives as long as the process is not to be looked through for garbage, again and again,
        # while answers make thousands of small objects.
        gc.collect()
        gc.freeze()
        sys.setswitchinterval(SWITCH_SECONDS)
        on_address(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        await server.serve([listener])


def _checks(platform: Platform) -> Mapping[str, Check]:
    async def database() -> str:
        await platform.database.require_answer(READY_SECONDS)
        return "ok"

    async def plugins() -> str:
        return plugin_state(await platform.current_host())

    async def index() -> str:
        return platform.cache.index.state.value

    async def routines() -> str:
        return platform.cache.routines.summary()

    return {"database": database, "plugins": plugins, "index": index, "routines": routines}


def _tell_of_faults(host: Host) -> None:
    for fault in host.faults:
        _log.warning(
            "plugin_fault", plugin=fault.name, distribution=fault.distribution, reason=fault.reason
        )


def _executor(platform: Platform, schemas: Schemas, pacer: Pacer) -> Executor:
    """Return what runs operations; raises InvalidConfiguration."""
    most = platform.settings.requests_per_key
    return Executor(
        schemas,
        subscriptions=OpenSubscriptions(platform.settings.subscriptions),
        documents=_documents(platform),
        turns=FairQueue(2 * most, most, MOST_WAITING),
        pacer=pacer,
    )


def _documents(platform: Platform) -> TrustedDocuments:
    """Return the documents of the manifest, if one is set; raises InvalidConfiguration."""
    settings = platform.settings
    if settings.documents is None:
        if settings.documents_mode is not DocumentsMode.OFF:
            raise InvalidConfiguration(
                "PROFILEGRAPH_DOCUMENTS_MODE is set and PROFILEGRAPH_DOCUMENTS is not.",
                hint="Name the manifest in PROFILEGRAPH_DOCUMENTS.",
            )
        return TrustedDocuments()
    counter = platform.cache.metrics.untrusted_documents
    return TrustedDocuments(read_manifest(settings.documents), settings.documents_mode, counter.inc)


def _note_seal(seal: AuditSeal) -> None:
    # Where logs are kept elsewhere, this is what a rewritten chain is found by.
    _log.info("audit_sealed", number=seal.number, hash=seal.hash, entries=seal.size)


class _Background:
    """The background routines of a serving process."""

    def __init__(
        self, platform: Platform, clock: Clock, uses: RecordedUses, failed: FailedAuthentications
    ) -> None:
        self._clock, self._failed = clock, failed
        settings, known = platform.settings, platform.cache.routines
        self._outbox = OutboxWorker(platform, outbox_kinds(platform), clock)

        async def planning(_: datetime) -> None:
            await plan(platform.database)

        async def sealing(now: datetime) -> None:
            await failed.record(now)
            await seal_entries(platform.database, now, _note_seal)

        async def pruning(now: datetime) -> None:
            if settings.audit_days is not None:
                await keep_days(platform.database, settings.audit_days, now)

        pause = settings.watch_seconds
        keeper = EmbeddedSupervisor(settings, platform.database)
        self._routines = [
            Routine(WATCHING, LiveWorker(platform).round, clock, pause, known),
            Routine(OUTBOX, self._outbox.round, clock, pause, known),
            Routine(USES, uses.round, clock, USES_SECONDS, known),
            Routine(SEALING, sealing, clock, SEAL_SECONDS, known),
            Routine(PRUNING, pruning, clock, PRUNE_SECONDS, known),
            Routine("planning", planning, clock, PLANNING_SECONDS, known),
            Routine("keeping", keeper.round, clock, PAUSE_SECONDS, known),
        ]

    def start(self) -> None:
        """Start."""
        for routine in self._routines:
            routine.start()

    async def close(self) -> None:
        """Stop."""
        for routine in self._routines:
            await routine.close()
        await self._outbox.close()
        with suppress(ProfilegraphError):
            await self._failed.record(self._clock())


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, closing: asyncio.Event) -> None:
        super().__init__(config)
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, which have no end of their own, and finish all other responses."""
        self._closing.set()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on a signal and leave the process to its caller, instead of raising the signal again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as fault:
        raise InvalidConfiguration(
            f"cannot listen on {host}:{port}: {fault.strerror}.",
            hint="Set PROFILEGRAPH_PORT (0 takes any free one) or PROFILEGRAPH_HOST.",
        ) from fault
