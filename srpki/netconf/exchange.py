"""What an operation works with: the session that asks, its candidate, what it may do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping

    from srpki.core.xml import Element
    from srpki.device.results import Result
    from srpki.device.sessions import Login
    from srpki.management.access.rights import Rights
    from srpki.management.editing import Editing
    from srpki.management.port import Device, Flash
    from srpki.netconf.candidates import Candidates
    from srpki.netconf.documents import Given
    from srpki.netconf.subscriptions import Subscriber
    from srpki.schema.paths import Value


class Exchange(Protocol):
    """The session in which an operation was asked for."""

    @property
    def device(self) -> Device:
        """The node."""
        ...

    @property
    def login(self) -> Login:
        """The session, as others see it."""
        ...

    @property
    def rights(self) -> Rights:
        """What the client may do and see."""
        ...

    @property
    def files(self) -> Flash:
        """The files that the client reaches."""
        ...

    @property
    def editing(self) -> Editing:
        """The ways of the session into the configuration."""
        ...

    @property
    def candidates(self) -> Candidates:
        """The candidate of the session, and the locks that it holds."""
        ...

    @property
    def subscriber(self) -> Subscriber:
        """What the session hears of the events of the node."""
        ...

    @property
    def stopped(self) -> threading.Event:
        """What is set when the session is to wait no longer."""
        ...

    def run(self, operation: str, inputs: Mapping[str, Value], origin: str) -> Result:
        """Run *operation* on the node, for the caller by *origin*."""
        ...

    def command(self, line: str) -> tuple[str, bool]:
        """Return what the MD-CLI answers to *line*, and whether that went well."""
        ...

    def leave(self) -> None:
        """End the session after the answer to what is asked now."""
        ...


Operation = Callable[[Exchange, "Given"], "Iterable[Element] | None"]
"""Returns what stands in the reply, None for ``<ok/>``; raises `RpcError` and `SrpkiError`."""
