"""``srpki serve``: opens nodes, lets people reach them, and ends in order."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.core.clock import SystemClock
from srpki.frontend.ending import ending_on, wait_for_a_signal
from srpki.frontend.joining.holding import Holding
from srpki.frontend.joining.listening import Door
from srpki.frontend.labs import opened_in, running_lab
from srpki.frontend.node import opened
from srpki.frontend.serve import users
from srpki.frontend.serve.doors import Doors
from srpki.frontend.serve.hostkeys import shown
from srpki.frontend.serve.listening import Listener
from srpki.frontend.serve.network import Network
from srpki.frontend.serve.places import LabPlace
from srpki.frontend.serve.room import make_room
from srpki.management.access.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from srpki.device.router import Router
    from srpki.frontend.labs import Lab
    from srpki.frontend.serve.places import Place
    from srpki.frontend.serve.ready import Ready

_ENDING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run(places: Sequence[Place], *, json: bool) -> int:
    """Serve *places* until a signal ends it; return the exit status.

    It is 0 after a signal, and 1 where nobody could reach any of them. Raises what keeps a node
    from being opened, and `UsageError`, before the first is, where not all of them fit.
    """
    make_room(places)
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

        serving = _Serving(stack, network, Door(SystemClock()), labs)
        served = []
        for place in places:
            doors = serving.serve(place)
            served.append(doors)
            if doors.is_open:
                tell(doors.ready())
        if not any(doors.is_open for doors in served):
            return 1
        for doors in served:
            doors.watch(tell_later)
        stack.callback(serving.door.close)  # before any node ends
        wait_for_a_signal()
    return 0


class _Serving(NamedTuple):
    """What all nodes that are served share."""

    stack: ExitStack
    network: Network
    door: Door
    labs: Mapping[LabPlace, Lab]

    def serve(self, place: Place) -> Doors:
        """Open *place* and let people reach it."""
        lab, directory = bool(place.lab), place.directory
        router = self.stack.enter_context(self._opened(place))
        users.configure(router, place.users)
        name = self.door.open_to(Holding(router, directory, lab=lab, record=place.record))
        self.stack.callback(self.door.shut_to, name)
        gate = Gate(router)
        listener = Listener(router, gate, self.network, directory, lab=lab)
        self.network.at_end.append(listener.dismiss)
        key = shown(directory, router.node.seal) if place.ssh or place.netconf else None
        doors = Doors(place, router, gate, listener, key)
        doors.unlock()
        self.stack.callback(listener.close)
        return doors

    def _opened(self, place: Place) -> AbstractContextManager[Router]:
        if isinstance(place.lab, LabPlace):
            shared = self.labs[place.lab]
            return opened_in(shared, place.directory, record=place.record, mode=place.mode)
        return opened(place.directory, lab=place.lab, record=place.record, mode=place.mode)
