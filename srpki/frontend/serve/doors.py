"""The addresses of one node: which are open, and which wait until somebody could log in there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.management import netconf_enabled
from srpki.core.errors import RefusedError, UsageError
from srpki.frontend import streams
from srpki.frontend.serve.ready import Ready
from srpki.management.access.gate import LAB_PASSWORD, LAB_USER

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.device.router import Router
    from srpki.frontend.serve.listening import Listener
    from srpki.frontend.serve.places import Address, Place
    from srpki.management.access.gate import Gate, Service


class Doors:
    """The addresses of *place*; those that are refused now open when a commit lets them."""

    def __init__(
        self,
        place: Place,
        router: Router,
        gate: Gate,
        listener: Listener,
        host_key: str | None,
    ) -> None:
        """Open nothing yet; *listener* will listen for *router*, *host_key* is what is shown."""
        self._place = place
        self._router = router
        self._gate = gate
        self._listener = listener
        self._host_key = host_key
        self._open: list[tuple[Service, Address]] = []
        self._waiting: list[tuple[Service, Address]] = [
            *(("ssh-cli", at) for at in place.ssh),
            *(("netconf", at) for at in place.netconf),
        ]

    @property
    def is_open(self) -> bool:
        """Whether people can reach the node at one of them, or were to reach it at none."""
        return bool(self._open) or not self._waiting

    def unlock(self) -> None:
        """Open those that may be, and tell why others may not.

        Raises `UsageError` for an address that cannot be had.
        """
        for service, at in tuple(self._waiting):
            try:
                self._check(at)
            except RefusedError as error:
                streams.complain(str(error))
                continue
            self._waiting.remove((service, at))
            self._open.append((service, self._listener.listen(at, service)))

    def _check(self, at: Address) -> None:
        self._gate.check(self._place.name, str(at), loopback=at.loopback)

    def watch(self, tell: Callable[[Ready], None]) -> None:
        """Open the others when a commit lets them, and *tell* it."""
        if not self._waiting:
            return
        for _, at in self._waiting:
            streams.complain(f"{self._place.name} is served at {at} once somebody could log in")
        self._listener.watch(lambda: self._look_again(tell))

    def _look_again(self, tell: Callable[[Ready], None]) -> None:
        opened = False
        for service, at in tuple(self._waiting):
            try:
                self._check(at)
            except RefusedError:
                continue
            self._waiting.remove((service, at))
            try:
                found = self._listener.listen(at, service)
            except UsageError as error:
                streams.complain(str(error))
                continue
            self._open.append((service, found))
            opened = True
        if opened:
            tell(self.ready())

    def ready(self) -> Ready:
        """Return what is told of those that are open."""
        ssh, netconf = (
            tuple(at for each, at in self._open if each == service)
            for service in ("ssh-cli", "netconf")
        )
        return Ready(
            node=self._place.name,
            ssh=ssh,
            netconf=netconf,
            host_key=self._host_key,
            username=LAB_USER if self._gate.open else None,
            password=LAB_PASSWORD if self._gate.open else None,
            enabled=netconf_enabled(self._router.node.datastore.running),
        )
