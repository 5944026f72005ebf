"""A node that is looked at and does not run: nothing happens on it, and nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from srpki.core.errors import NotFoundError, RefusedError
from srpki.device.assembly import Surroundings, assembled
from srpki.device.sessions import Caller
from srpki.engine.settings import DEFAULT
from srpki.storage.lock import NodeLock
from srpki.storage.readonly import ReadOnlyFiles
from srpki.transport import datagrams

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.core.entropy import Entropy
    from srpki.device.configuration.forms import Form
    from srpki.device.node import Node
    from srpki.transport.base import ExchangeFactory


@contextmanager
def looked_at(
    node: Path,
    *,
    clock: Clock,
    entropy: Entropy,
    exchanges: ExchangeFactory,
    classic: Form | None = None,
) -> Iterator[Node]:
    """Give the node that is kept in the directory *node* as it is at the time of *clock*.

    Its lock is held, so that no process changes it meanwhile. Raises `NotFoundError` where there is
    no node, `BusyError` where another process owns it, `CorruptError` and `StorageError`.
    """
    files, state = ReadOnlyFiles(node), node / "state"
    if not is_node(node):
        raise NotFoundError(f"{node} is no node", hint="name the directory of one")
    with NodeLock(state / "lock"):
        around = Surroundings(
            cf3=node / "cf3",
            state=state,
            files=files,
            clock=clock,
            entropy=entropy,
            exchanges=exchanges,
            laboratory=None,
            classic=classic,
            send=datagrams.send,
            daemon=None,
            settings=DEFAULT,
            runner=None,
        )
        found = assembled(around, _refuse)
        try:
            yield found
        finally:
            found.scripts.stop()
            found.engine.stop()


def is_node(node: Path) -> bool:
    """Say whether there is a node in the directory *node*."""
    files = ReadOnlyFiles(node)
    try:
        return all(files.kind(node / name) == "directory" for name in ("cf3", "state"))
    except OSError:
        return False


def _refuse(caller: Caller) -> NoReturn:
    del caller
    raise RefusedError("the node is only looked at")
