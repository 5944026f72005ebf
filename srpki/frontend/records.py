"""What ``srpki exec`` prints: a transcript for people, or a JSON object a line for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TextIO

from srpki.core.text import screen

if TYPE_CHECKING:
    from srpki.core.errors import SrpkiError
    from srpki.frontend.batch import Exchange, Tally

_MESSAGES: Final = ("MINOR: ", "MAJOR: ", "CRITICAL: ", "Error: ")


class Transcript:
    """Prompts, commands and output; an error's file and line go to another stream."""

    def __init__(self, file: str, out: TextIO, errors: TextIO) -> None:
        """Write to *out* what the lines of *file* come to, and to *errors* where one failed."""
        self._file = file
        self._out = out
        self._errors = errors
        self._last = 0

    def exchange(self, exchange: Exchange) -> None:
        """Write *exchange* as it would stand on a screen."""
        output = f"{exchange.output}\n" if exchange.output else ""
        self._out.write(screen(f"{exchange.prompt}{exchange.command}\n{output}"))
        self._out.flush()
        self._last = exchange.line or self._last
        if not exchange.ok:
            place = f"{self._file}:{self._last}"
            self._errors.write(screen(f"srpki: {place}: {_message(exchange.output)}\n"))
            self._errors.flush()

    def end(self, tally: Tally, prompt: str) -> None:
        """Write the last *prompt*, where the session has come to the end of the file."""
        del tally
        if prompt:
            self._out.write(f"{prompt}\n")
            self._out.flush()


def _message(output: str) -> str:
    lines = output.splitlines()
    first = (line for line in lines if line.startswith(_MESSAGES))
    return next(first, lines[-1] if lines else "failed")


class Records:
    """One JSON object for each command, and a last one that sums up."""

    def __init__(self, file: str, out: TextIO) -> None:
        """Write to *out* what the lines of *file* come to."""
        self._file = file
        self._out = out

    def exchange(self, exchange: Exchange) -> None:
        """Write *exchange*; what it does not have is null."""
        fault = exchange.fault
        self._write(
            {
                "file": self._file,
                "line": exchange.line,
                "prompt": exchange.prompt,
                "command": exchange.command,
                "output": exchange.output,
                "ok": exchange.ok,
                "code": fault.code or None,
                "severity": fault.severity or None,
                "error": fault.error or None,
                "column": fault.column,
                "seconds": round(exchange.seconds, 6),
                "changed": exchange.changed,
                "data": exchange.data,
            }
        )

    def refusal(self, error: SrpkiError, line: int | None, status: int) -> None:
        """Write that no command has run, because of *error*, and the sum."""
        self._write(
            {
                "file": self._file,
                "line": line,
                "prompt": "",
                "command": "",
                "output": str(error),
                "ok": False,
                "code": None,
                "severity": None,
                "error": error.code,
                "column": None,
                "seconds": 0.0,
                "changed": False,
                "data": None,
            }
        )
        self._sum(0, 1, changed=False, status=status)

    def end(self, tally: Tally, prompt: str) -> None:
        """Write the sum of *tally*."""
        del prompt
        self._sum(tally.commands, tally.failed, changed=tally.changed, status=tally.status)

    def _sum(self, commands: int, failed: int, *, changed: bool, status: int) -> None:
        self._write({"commands": commands, "failed": failed, "changed": changed, "status": status})

    def _write(self, record: dict[str, object]) -> None:
        self._out.write(f"{json.dumps(record)}\n")
        self._out.flush()
