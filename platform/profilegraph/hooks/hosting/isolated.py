"""The process in which a partner's computations run: takes calls, and answers them until it is ended.

`python -m profilegraph.hooks.hosting.isolated CONNECTION STACK`, both descriptors that are passed on.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from queue import SimpleQueue

from profilegraph.errors import PluginError, ProfilegraphError

LOAD_SECONDS = 30.0
"""How long it may take to import what a call is made of."""


def serve(connection: Connection, stack: int) -> None:
    """Answer calls until nobody is at the other end any more."""
    sys.path[:] = connection.recv()
    faulthandler.register(signal.SIGALRM, file=stack, all_threads=False, chain=True)
    for seconds, request in _requests(connection):
        answer = _answer(request, seconds)
        _watch(0)
        connection.send_bytes(answer)


def _watch(seconds: float) -> None:
    """Have this process tell its stack, and end by SIGALRM, after so many seconds; 0: not at all.

    The signal is handled without Python, in an endless loop of C, too, and in the very thread whose
    stack is told: another thread that reads it meanwhile crashes now and then.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _requests(connection: Connection) -> Iterator[tuple[float, bytes]]:
    """Yield what is asked for; the process ends as soon as nobody is there who could ask."""
    waiting: SimpleQueue[tuple[float, bytes]] = SimpleQueue()

    def listen() -> None:
        try:
            while True:
                waiting.put(connection.recv())
        except (EOFError, OSError):
            os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield waiting.get()


def _answer(request: bytes, seconds: float) -> bytes:
    try:
        _watch(LOAD_SECONDS)
        call = pickle.loads(request)  # noqa: S301  (of whoever started us)
        _watch(seconds)
        return pickle.dumps((True, call()))
    except ProfilegraphError as error:
        return pickle.dumps((False, error))
    except BaseException as error:  # noqa: BLE001  (a partner's code may raise anything)
        return pickle.dumps((False, PluginError(f"failed: {type(error).__name__}: {error}")))


if __name__ == "__main__":
    os.dup2(2, 1)  # what a partner's code prints is no part of the answer of a command
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
