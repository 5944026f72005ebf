"""``srpki exec``: reads a command file, opens the node and runs the file there."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TextIO

from srpki.cli.scripts import counts
from srpki.core.clock import SystemClock
from srpki.core.errors import SrpkiError, UsageError
from srpki.core.plain import plain
from srpki.device.router import Router
from srpki.frontend import modes
from srpki.frontend.batch import run_script
from srpki.frontend.console import console
from srpki.frontend.joining.holding import Holding
from srpki.frontend.node import opened
from srpki.frontend.owning import SHORT, letting_in, owned_or_joined
from srpki.frontend.records import Records, Transcript
from srpki.frontend.variables import (
    LAB_NAMES,
    WrongLineError,
    check_names,
    filled,
    lab_variables,
    read_settings,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from srpki.frontend.batch import Writer
    from srpki.frontend.joining.frames import Message
    from srpki.frontend.joining.joiner import Joined
    from srpki.frontend.variables import Line, Variable

MAX_OCTETS: Final = 1 << 20
"""Most octets of a command file, as of one that ``exec`` runs in the shell."""


def execute(options: argparse.Namespace, node: Path, status_of: Callable[[SrpkiError], int]) -> int:
    """Run the command file that *options* name on *node*; return the exit status.

    Raises what keeps the first command from running, which is a record, too, where records are
    wanted; its exit status is *status_of* it.
    """
    out, errors = _printable(sys.stdout), _printable(sys.stderr)
    records = Records(options.file, out) if options.json else None
    writer = records or Transcript(options.file, out, errors)

    def now(line: str) -> None:
        errors.write(f"{line}\n")
        errors.flush()

    with ExitStack() as stack:
        try:
            lines, settings = _prepared(options)
            mode = modes.chosen(node, options.mode, options.cli)
            if mode != options.mode:
                errors.write(f"srpki: {modes.MADE_MIXED}\n")
            router = _for_its_lab(options, node, lines, settings) or owned_or_joined(
                stack,
                node,
                lambda: opened(node, lab=options.lab, record=options.record, mode=mode),
                lambda: _asked(options),
                SystemClock(),
            )
            if not isinstance(router, Router):
                stack.callback(router.wire.close)
                known = {**lab_variables(router.facts), **settings}
                check_names(lines, known.keys(), options.file)
                filled_in = [filled(number, text, known) for number, text in lines]
                return _there(router, filled_in, writer, now, options)
            holding = Holding(router, node, lab=options.lab, record=options.record)
            stack.enter_context(letting_in(holding, after=SHORT))
            session = stack.enter_context(closing(console(router, options.cli, options.user)))
            # The output is that of the commands: what they wait for now is for who looks on.
            session.at_once = now
        except SrpkiError as error:
            if records is not None:
                line = error.line if isinstance(error, WrongLineError) else None
                records.refusal(error, line, status_of(error))
            raise
        return run_script(
            session,
            [filled(number, text, {**_lab(router), **settings}) for number, text in lines],
            writer,
            keep_going=options.keep_going,
            changes=router.node.changes if options.json else tuple,
        )


def _asked(options: argparse.Namespace) -> Message:
    from srpki.frontend.joining.joiner import asked  # noqa: PLC0415 - start-up time

    return asked(options, "script", cli=options.cli)


def _there(
    joined: Joined,
    lines: list[Line],
    writer: Writer,
    now: Callable[[str], None],
    options: argparse.Namespace,
) -> int:
    """Run *lines* on the node that another process owns; return the exit status."""
    from srpki.frontend.joining.script import run_there  # noqa: PLC0415 - start-up time

    keep_going, json = options.keep_going, options.json
    return run_there(joined.wire, lines, writer, now, keep_going=keep_going, json=json)


def _prepared(options: argparse.Namespace) -> tuple[list[tuple[int, str]], dict[str, Variable]]:
    """Return the numbered lines that count, and the variables that were given for them."""
    settings = read_settings(options.set)
    lines = [
        (number, text)
        for number, text in enumerate(_read(options.file).split("\n"), 1)
        if counts(text)
    ]
    return lines, settings


def _for_its_lab(
    options: argparse.Namespace,
    node: Path,
    lines: list[tuple[int, str]],
    settings: dict[str, Variable],
) -> Joined | None:
    """Join the owner whose lab has the variables that *lines* ask for; None where none is missing.

    Raises `WrongLineError` where nobody holds *node*: it would have no lab.
    """
    try:
        known = settings.keys() | (LAB_NAMES.keys() if options.lab else ())
        check_names(lines, known, options.file)
    except WrongLineError:
        from srpki.frontend.joining.joiner import join  # noqa: PLC0415 - start-up time

        joined = join(node, _asked(options))
        if joined is None:
            raise
        return joined
    return None


def _lab(router: Router) -> dict[str, Variable]:
    laboratory = router.node.laboratory
    if laboratory is None:
        return {}
    facts = plain(laboratory.describe())
    assert isinstance(facts, dict)
    return lab_variables(facts)


def _read(name: str) -> str:
    """Return the text of the command file *name*, ``-`` for standard input, without a BOM."""
    if name == "-" and sys.stdin is None:
        raise UsageError("cannot read -: standard input is closed", hint="name a command file")
    try:
        if name == "-":
            content = _up_to(sys.stdin.buffer)
        else:
            with Path(name).open("rb") as stream:
                content = _up_to(stream)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"cannot read {name}: {error.strerror}", hint="name a readable file"
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read {name}: not UTF-8 text", hint="name a text file") from None
    if len(content) > MAX_OCTETS:
        raise UsageError(f"{name} is longer than {MAX_OCTETS} octets", hint="name a command file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _up_to(stream: BinaryIO) -> bytes:
    return stream.read(MAX_OCTETS + 1)


def _printable(stream: TextIO) -> TextIO:
    """Return *stream* such that what its encoding lacks is written with backslashes."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream
