"""``srpki serve``: opens nodes, lets people reach them, and ends in order."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

from srpki.config.management import netconf_enabled
from srpki.core.descriptors import let_be_open
from srpki.core.errors import RefusedError
from srpki.frontend import streams
from srpki.frontend.ending import ending_on, wait_for_a_signal
from srpki.frontend.joining.holding import Holding
from srpki.frontend.labs import opened_in, running_lab
from srpki.frontend.node import opened
from srpki.frontend.owning import letting_in
from srpki.frontend.serve import users
from srpki.frontend.serve.hostkeys import host_keys, shown
from srpki.frontend.serve.listening import Listener
from srpki.frontend.serve.network import Network
from srpki.frontend.serve.places import LabPlace
from srpki.frontend.serve.ready import Ready
from srpki.management.access.gate import LAB_PASSWORD, LAB_USER, Gate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from srpki.device.router import Router
    from srpki.frontend.labs import Lab
    from srpki.frontend.serve.places import Address, Place
    from srpki.management.access.gate import Service

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
        reached = 0
        for place in places:
            ready = _served(place, labs, stack, network)
            if not (ready.ssh or ready.netconf):
                continue
            reached += 1
            sys.stdout.write(f"{ready.record() if json else ready.sentences()}\n")
            sys.stdout.flush()
        if not reached:
            return 1
        wait_for_a_signal()
    return 0


def _opened(place: Place, labs: Mapping[LabPlace, Lab]) -> AbstractContextManager[Router]:
    if isinstance(place.lab, LabPlace):
        shared = labs[place.lab]
        return opened_in(shared, place.directory, record=place.record, mode=place.mode)
    return opened(place.directory, lab=place.lab, record=place.record, mode=place.mode)


def _served(
    place: Place, labs: Mapping[LabPlace, Lab], stack: ExitStack, network: Network
) -> Ready:
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

    def listened(at: Address, service: Service) -> list[Address]:
        try:
            gate.check(place.name, str(at), loopback=at.loopback)
        except RefusedError as error:
            streams.complain(str(error))
            return []
        return [listener.listen(at, keys, service)]

    ssh = [found for each in place.ssh for found in listened(each, "ssh-cli")]
    netconf = [found for each in place.netconf for found in listened(each, "netconf")]
    stack.callback(listener.close)
    return Ready(
        node=place.name,
        ssh=tuple(ssh),
        netconf=tuple(netconf),
        host_key=shown(keys[0]),
        username=LAB_USER if gate.open else None,
        password=LAB_PASSWORD if gate.open else None,
        enabled=netconf_enabled(node.node.datastore.running),
    )
