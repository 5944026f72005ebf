"""``srpki shell``: a session on a node of this process, or on one that another process owns."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from srpki.core.clock import SystemClock
from srpki.device.router import Router
from srpki.frontend.console import console
from srpki.frontend.ending import as_a_shell, ending_on
from srpki.frontend.joining.holding import Holding
from srpki.frontend.node import opened
from srpki.frontend.owning import letting_in, owned_or_joined
from srpki.frontend.plain import has_terminal, run_plain

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from srpki.frontend.joining.frames import Message
    from srpki.frontend.joining.joiner import Joined
    from srpki.frontend.owning import Doorway

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def run(options: argparse.Namespace, node: Path) -> int:
    """Run a session on *node* as *options* say; return the exit status.

    Raises what keeps it from beginning, and `BusyError` where the owner ends before the session.
    """
    with ExitStack() as stack:
        found = owned_or_joined(
            stack,
            node,
            lambda: opened(node, lab=options.lab, record=options.record, mode=options.mode),
            lambda: _asked(options),
            SystemClock(),
        )
        if not isinstance(found, Router):
            return _relayed(found)
        holding = Holding(found, node, lab=options.lab, record=options.record)
        doorway = stack.enter_context(letting_in(holding))
        status, killed = _own_session(found, lab=options.lab, user=options.user)
        if not killed:
            _hold(doorway)
        return status


def _own_session(router: Router, *, lab: bool, user: str | None) -> tuple[int, bool]:
    """Run a session of *user* here; return its status, and whether the process ends with it."""
    with closing(console(router, user=user)) as session:
        if not has_terminal():
            with ending_on(_ENDING, as_a_shell):
                return run_plain(session), False
        from srpki.frontend.greeting import greeting  # noqa: PLC0415 - start-up time
        from srpki.frontend.terminal import Terminal  # noqa: PLC0415 - start-up time

        terminal = Terminal(session, greeting=greeting(lab=lab), moves=_moves())
        status = terminal.run()
        return status, terminal.killed or status != 0


def _hold(doorway: Doorway) -> None:
    """Hold the node until the last who has joined has left; Ctrl-C ends it before."""
    if not (count := doorway.guests):
        return
    joined = "1 joined session goes on" if count == 1 else f"{count} joined sessions go on"
    sys.stderr.write(
        f"srpki: {joined}: this process holds the node until the last has left; Ctrl-C ends all\n"
    )
    with ending_on(_ENDING, as_a_shell):
        try:
            doorway.wait_until_alone()
        except KeyboardInterrupt:
            sys.stderr.write("\n")


def _moves() -> bool:
    """Return whether the terminal can move its cursor."""
    return os.environ.get("TERM", "").lower() not in ("", "dumb", "unknown")


def _asked(options: argparse.Namespace) -> Message:
    from srpki.frontend.joining.joiner import asked  # noqa: PLC0415 - start-up time
    from srpki.frontend.joining.relay import window  # noqa: PLC0415 - start-up time

    if has_terminal():
        term = os.environ.get("TERM", "")
        return asked(options, "terminal", size=window(), term=term, moves=_moves())
    echo = sys.stdin is None or not sys.stdin.isatty()
    return asked(options, "plain", echo=echo)


def _relayed(joined: Joined) -> int:
    from srpki.frontend.joining.relay import Relay  # noqa: PLC0415 - start-up time

    try:
        return Relay(joined.wire, raw=has_terminal()).run()
    finally:
        joined.wire.close()
