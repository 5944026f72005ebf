"""The side of whoever comes second: finds the owner of a node, and is its thin relay."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki import __version__
from srpki.core.errors import (
    BusyError,
    CorruptError,
    ExistsError,
    InvalidInputError,
    InvalidNameError,
    MissingInputError,
    NodeError,
    NotAuthorizedError,
    NotFoundError,
    RefusedError,
    SrpkiError,
    StoppedError,
    StorageError,
    UsageError,
)
from srpki.frontend.joining.frames import PROTOCOL, Message, Wire, trusted
from srpki.frontend.joining.holding import name_of
from srpki.storage import sockets
from srpki.storage.lock import door_of

if TYPE_CHECKING:
    import argparse

ANSWERING: Final = 10.0
"""Seconds that the owner has to answer whoever joins."""

_TOLD: Final[tuple[type[SrpkiError], ...]] = (
    *(UsageError, InvalidNameError, InvalidInputError, MissingInputError, NotFoundError),
    *(ExistsError, BusyError, RefusedError, NotAuthorizedError),
    *(NodeError, StorageError, CorruptError, StoppedError),
)
_ERRORS: Final = {error.code: error for error in _TOLD}


class Joined(NamedTuple):
    """A connection that its owner has taken: the *wire*, and what he told of his lab."""

    wire: Wire
    facts: Mapping[str, object]


def asked(options: argparse.Namespace, wants: str, **more: object) -> Message:
    """Return what asks for a session that *wants* a terminal, lines or a script."""
    return {
        "srpki": __version__,
        "protocol": PROTOCOL,
        "wants": wants,
        "lab": options.lab,
        "record": None if options.record is None else str(options.record.resolve()),
        "mode": options.mode,
        "user": options.user,
        **more,
    }


def join(node: Path, hello: Message) -> Joined | None:
    """Join the process that owns *node*; None where none listens now.

    Raises what the owner refuses, and `BusyError` where he does not answer.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        home = Path(os.path.normpath(node.resolve() / door_of(node)))
        with sockets.place(home, sockets.keeper(node)) as name:
            connection.settimeout(ANSWERING)
            connection.connect(name)
            connection.settimeout(None)
    except TimeoutError:
        connection.close()
        raise BusyError(_SILENT, hint=_CURE) from None
    except (OSError, ValueError):  # the latter of a NUL in what the lock file tells
        connection.close()
        return None
    wire = Wire(connection)
    try:
        _check(wire, sockets.keeper(node))
        return _welcomed(wire, {**hello, "node": name_of(node, home)})
    except BaseException:
        wire.close()
        raise


_SILENT: Final = "the process that holds the node does not answer"
_CURE: Final = "try later, or end it"


def _check(wire: Wire, keeper: int) -> None:
    """Raise `RefusedError` where a stranger holds the node, that *keeper*'s directory has.

    Root looks after others' nodes, too: the owner of the directory is whom it has named.
    """
    looked_after = (keeper,) if os.geteuid() == 0 else ()
    if not trusted(wire.user, *looked_after):
        raise RefusedError(f"the process that holds the node is run by user {wire.user}")


def _welcomed(wire: Wire, hello: Message) -> Joined | None:
    wire.patient(ANSWERING)
    with suppress(OSError):  # he may have hung up already, with a word that waits here
        wire.tell(hello)
    try:
        answer = wire.first()
    except TimeoutError:
        raise BusyError(_SILENT, hint=_CURE) from None
    wire.patient(0)
    match answer:
        case {"welcome": dict(facts)}:
            return Joined(wire, facts)
        case {"refused": [code, sentence, hint]}:
            raise refusal(code, sentence, hint)
    wire.close()
    return None  # he is ending


def refusal(code: object, sentence: object, hint: object) -> SrpkiError:
    """Return the error of which another process has told *code*, *sentence* and *hint*."""
    return _ERRORS.get(str(code), BusyError)(str(sentence), hint=str(hint))
