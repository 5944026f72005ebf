"""``srpki serve``: opens nodes, lets people reach them, and ends in order."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from srpki.frontend.ending import ending_on
from srpki.frontend.joining.holding import Holding
from srpki.frontend.node import opened
from srpki.frontend.owning import letting_in
from srpki.frontend.serve.gate import LAB_PASSWORD, LAB_USER, LabGate
from srpki.frontend.serve.hostkeys import host_keys, shown
from srpki.frontend.serve.listening import Listener
from srpki.frontend.serve.looping import Loop
from srpki.frontend.serve.ready import Ready

if TYPE_CHECKING:
    from collections.abc import Sequence

    from srpki.frontend.serve.places import Place

_ENDING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
CHECKING: Final = 2
"""Passwords that are checked at once."""


def run(places: Sequence[Place], *, json: bool) -> int:
    """Serve *places* until a signal ends it; return the exit status.

    It is 0 after a signal. Raises what keeps a node from being served.
    """
    logging.getLogger("asyncssh").addHandler(logging.NullHandler())
    with ending_on(_ENDING, lambda _: 0), ExitStack() as stack:
        loop = Loop()
        stack.callback(loop.stop)
        checking = stack.enter_context(ThreadPoolExecutor(CHECKING, "checking"))
        for place in places:
            ready = _served(place, stack, loop, checking)
            sys.stdout.write(f"{ready.record() if json else ready.sentences()}\n")
            sys.stdout.flush()
        threading.Event().wait()
    return 0


def _served(place: Place, stack: ExitStack, loop: Loop, checking: ThreadPoolExecutor) -> Ready:
    """Open *place* on *stack* and let people reach it."""
    lab = bool(place.lab)
    directory = place.directory
    router = stack.enter_context(opened(directory, lab=lab, record=place.record, mode=place.mode))
    stack.enter_context(letting_in(Holding(router, directory, lab=lab, record=place.record)))
    keys = host_keys(directory, router.node.seal)
    listener = Listener(router, LabGate(router), loop, checking, lab=lab)
    stack.callback(listener.close)
    return Ready(
        node=place.name,
        ssh=tuple(listener.listen(each, keys) for each in place.ssh),
        netconf=(),
        host_key=shown(keys[0]),
        username=LAB_USER,
        password=LAB_PASSWORD,
    )
