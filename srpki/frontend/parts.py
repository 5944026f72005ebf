"""What every node is opened with: the classic form, the network, and the way to run it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.config.management import configuration_mode
from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import UsageError
from srpki.frontend import streams

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from datetime import datetime

    from srpki.config.management import ConfigurationMode
    from srpki.config.strictness import Strictness
    from srpki.config.tree import Branch
    from srpki.core.clock import Clock
    from srpki.device.configuration.forms import Reader
    from srpki.device.node import Node
    from srpki.device.router import Router
    from srpki.device.scripting.runs import Ran
    from srpki.schema.nodes import Container
    from srpki.transport.base import Exchange, ExchangeFactory, Limits, TlsClient


@contextmanager
def running(router: Router, mode: ConfigurationMode | None = None) -> Iterator[None]:
    """Let *router* run inside the block and stop it afterwards, whatever happened.

    Who else may change its directory is told on standard error. Raises `UsageError` where the
    node is in another configuration mode than *mode*.
    """
    try:
        check_mode(router, mode)
        for sentence in router.warnings():
            sys.stderr.write(f"srpki: warning: {sentence}\n")
        router.start()
        streams.started()
        yield
    finally:
        router.stop()


def check_mode(router: Router, mode: ConfigurationMode | None) -> None:
    """Raise `UsageError` where *router* is in another configuration mode than *mode*."""
    found = configuration_mode(router.node.datastore.running)
    if mode not in (None, found):
        raise UsageError(
            f"the node is in configuration-mode {found}, not {mode}",
            hint="leave --mode out, or change the mode there",
        )


class ClassicForm:
    """The classic form of a configuration; the CLI that knows it is imported when it is needed."""

    def reader(self, root: Container, tree: Branch, strictness: Strictness) -> Reader:
        """Return what reads this form into a tree below *root*, which begins as *tree*."""
        from srpki.cli.classic.file import ClassicReader  # noqa: PLC0415 - start-up time

        return ClassicReader(root, tree, strictness)

    def write(self, root: Container, tree: Branch, generated: datetime) -> str:
        """Return *tree* as text that a reader reads back."""
        from srpki.cli.classic.configuration import classic_file  # noqa: PLC0415 - start-up time

        return f"{classic_file(root, tree, generated)}\n"


def run_script(device: Node, url: str, cancel: threading.Event, over: Callable[[], bool]) -> Ran:
    """Run the file of commands at *url* on *device*, as `srpki.cli.unattended` does."""
    from srpki.cli.unattended import run_unattended  # noqa: PLC0415 - start-up time

    return run_unattended(device, url, cancel, over)


class Exchanges:
    """Opens HTTP exchanges for a node; its TLS library's files pass through ``state/``."""

    def __init__(self, node: Path) -> None:
        """Use the state directory of *node* for sealed temporary files."""
        self._scratch = node / "state"

    def __call__(self, *, tls: TlsClient | None, limits: Limits) -> Exchange:
        """Return an exchange that obeys *limits*, over TLS when *tls* is given."""
        from srpki.transport.http import HttpExchange  # noqa: PLC0415 - start-up time

        return HttpExchange(
            tls=tls,
            limits=limits,
            scratch=self._scratch,
            clock=SystemClock(),
            entropy=SystemEntropy(),
        )


def recorded(exchanges: ExchangeFactory, record: Path | None, clock: Clock) -> ExchangeFactory:
    """Return *exchanges*, with what they carry kept in the directory *record* if there is one."""
    if record is None:
        return exchanges
    from srpki.frontend.recording import Recorder  # noqa: PLC0415 - start-up time
    from srpki.transport.watched import WatchedExchanges  # noqa: PLC0415 - start-up time

    return WatchedExchanges(exchanges, Recorder(record, clock))
