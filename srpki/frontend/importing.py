"""``srpki import-config``: brings the saved configuration of a router to a node."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TextIO

from srpki.config.strictness import MAXIMUM_SIZE
from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import InvalidInputError, UsageError
from srpki.core.text import screen
from srpki.device.configuration.forms import Forms
from srpki.device.importing import URL, import_configuration, missing
from srpki.frontend.parts import ClassicForm
from srpki.schema.tree import SCHEMA

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from srpki.config.strictness import Omission
    from srpki.device.importing import Imported, NeededFile

_WHY: Final = {"foreign": "not emulated", "unknown": "unknown", "value": "cannot be read"}
_FORMS: Final = {"braces": "MD-CLI, in braces", "flat": "MD-CLI, flat", "classic": "classic CLI"}


def run(options: argparse.Namespace, node: Path) -> int:
    """Import the file that *options* name to *node*; return the exit status."""
    text = _read(options.file)
    forms = Forms(SCHEMA.configure, SystemClock(), ClassicForm())
    try:
        imported = import_configuration(
            node, text, forms, SCHEMA.configure, SystemEntropy(), replace=options.replace
        )
    except InvalidInputError as error:
        raise UsageError(f"{options.file}: {error.sentence}", hint=error.hint) from None
    if options.json:
        sys.stdout.write(f"{json.dumps(_record(imported, options.file, node))}\n")
    else:
        _write(imported, options.file, node, sys.stdout)
    return 0


def _read(name: str) -> str:
    try:
        if name == "-":
            content = _up_to(sys.stdin.buffer)
        else:
            with Path(name).open("rb") as stream:
                content = _up_to(stream)
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}", hint="name a file") from None
    except UnicodeDecodeError:
        raise UsageError(f"cannot read {name}: not UTF-8 text", hint="name a text file") from None


def _up_to(stream: BinaryIO) -> bytes:
    content = stream.read(MAXIMUM_SIZE + 1)
    if len(content) > MAXIMUM_SIZE:
        raise UsageError(f"the file is longer than {MAXIMUM_SIZE} octets", hint="name another one")
    return content


# --- for programs ---


def _record(imported: Imported, file: str, node: Path) -> dict[str, object]:
    found = imported.found
    return {
        "file": file,
        "node": str(node),
        "form": found.form,
        "lines": found.lines,
        "configuration_mode": imported.mode,
        "former": imported.former or None,
        "left_out": [
            {
                "branch": one.branch,
                "why": _WHY[one.kind],
                "times": one.times,
                "lines": one.lines,
                "first_line": one.first,
                "reason": one.reason or None,
            }
            for one in found.omitted
        ],
        "files": [
            {
                "name": one.name,
                "kind": one.kind,
                "users": list(one.users),
                "imported": one.imported,
                "export": {"md": one.export_md, "classic": one.export_classic},
            }
            for one in imported.files
        ],
        "secrets": list(imported.secrets),
        "problems": list(imported.problems),
    }


# --- for people ---


def _write(imported: Imported, file: str, node: Path, out: TextIO) -> None:
    found = imported.found
    left = sum(one.lines for one in found.omitted)
    out.write(
        screen(
            f"{file}: {found.lines:,} lines, {_FORMS[found.form]}; {left:,} of them left out.\n"
            f"Saved as {URL} of {node}, configuration-mode {imported.mode}.\n"
        )
    )
    if imported.former:
        out.write(f"The configuration that was there is kept as {imported.former}.\n")
    for title, lines in (
        ("Left out", _left_out(found.omitted)),
        ("Files that it needs, to be exported on the router", _files(missing(imported.files))),
        (
            "Secrets that another router has hashed, to be configured again in clear",
            imported.secrets,
        ),
        ("To be mended before the next commit", imported.problems),
    ):
        _section(title, lines, out)


def _section(title: str, lines: Iterable[str], out: TextIO) -> None:
    shown = list(lines)
    if shown:
        out.write(f"\n{title}:\n")
        out.writelines(screen(f"  {line}\n") for line in shown)


def _left_out(omitted: Sequence[Omission]) -> Iterator[str]:
    if not omitted:
        return
    width = max(len("branch"), *(len(one.branch) for one in omitted))
    yield f"{'branch':{width}}  {'times':>6}  {'lines':>7}  {'from line':>9}  why"
    for one in omitted:
        why = f"{_WHY[one.kind]}: {one.reason}" if one.reason else _WHY[one.kind]
        yield f"{one.branch:{width}}  {one.times:>6,}  {one.lines:>7,}  {one.first:>9,}  {why}"


def _files(files: Sequence[NeededFile]) -> Iterator[str]:
    for one in files:
        yield f"{one.name} ({one.kind}): {', '.join(one.users)}"
        yield f"    MD-CLI:  {one.export_md}"
        yield f"    classic: {one.export_classic}"
