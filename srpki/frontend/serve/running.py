"""``srpki serve``: opens nodes, lets people reach them, and ends in order."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from srpki.core.descriptors import let_be_open
from srpki.frontend.ending import ending_on, wait_for_a_signal
from srpki.frontend.joining.holding import Holding
from srpki.frontend.labs import opened_in, running_lab
from srpki.frontend.node import opened
from srpki.frontend.owning import letting_in
from srpki.frontend.serve import users
from srpki.frontend.serve.doors import Doors
from srpki.frontend.serve.hostkeys import host_keys
from srpki.frontend.serve.listening import Listener
from srpki.frontend.serve.network import Network
from srpki.frontend.serve.places import LabPlace
from srpki.management.access.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from srpki.device.router import Router
    from srpki.frontend.labs import Lab
    from srpki.frontend.serve.places import Place
    from srpki.frontend.serve.ready import Ready

_FILES: Final = 1 << 16
"""Files that may be open: a node has three, and each connection one."""
_ENDING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run(places: Sequence[Place], *, json: bool) -> int:
    """Serve *places* until a signal ends it; return the exit status.

    It is 0 after a signal, and 1 where nobody could reach any of them. Raises what keeps a node
    from being opened.
    """
    let_be_open(_FILES)
    logging.getLogger("asyncssh").addHandler(logging.NullHandler())
    with ending_on(_ENDING, lambda _: 0), ExitStack() as stack:
        network = Network()
        stack.callback(network.stop)
        stack.callback(network.wait)
        shared = dict.fromkeys(each.lab for each in places if isinstance(each.lab, LabPlace))
        labs = {each: stack.enter_context(running_lab(each.directory)) for each in shared}

        def tell(ready: Ready) -> None:
            sys.stdout.write(f"{ready.record() if json else ready.sentences()}\n")
            sys.stdout.flush()

        def tell_later(ready: Ready) -> None:
            with suppress(OSError, ValueError):  # whoever read the first lines may have gone
                tell(ready)

        served = []
        for place in places:
            doors = _served(place, labs, stack, network)
            served.append(doors)
            if doors.is_open:
                tell(doors.ready())
        if not any(doors.is_open for doors in served):
            return 1
        for doors in served:
            doors.watch(tell_later)
        wait_for_a_signal()
    return 0


def _opened(place: Place, labs: Mapping[LabPlace, Lab]) -> AbstractContextManager[Router]:
    if isinstance(place.lab, LabPlace):
        shared = labs[place.lab]
        return opened_in(shared, place.directory, record=place.record, mode=place.mode)
    return opened(place.directory, lab=place.lab, record=place.record, mode=place.mode)


def _served(
    place: Place, labs: Mapping[LabPlace, Lab], stack: ExitStack, network: Network
) -> Doors:
    """Open *place* on *stack* and let people reach it."""
    lab = bool(place.lab)
    directory = place.directory
    node = stack.enter_context(_opened(place, labs))
    users.configure(node, place.users)
    stack.enter_context(letting_in(Holding(node, directory, lab=lab, record=place.record)))
    keys = host_keys(directory, node.node.seal)
    gate = Gate(node)
    listener = Listener(node, gate, network, lab=lab)
    network.at_end.append(listener.dismiss)

    doors = Doors(place, node, gate, listener, keys)
    doors.unlock()
    stack.callback(listener.close)
    return doors
