"""``srpki yang``: writes the YANG modules of the nodes that it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from srpki.core.errors import UsageError
from srpki.netconf.yang.modules import modules

if TYPE_CHECKING:
    from pathlib import Path


def run(directory: Path, out: TextIO) -> int:
    """Write every module to *directory*, which is made, and list them on *out*; return 0.

    Raises `UsageError` where that cannot be done.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for module in modules().values():
            (directory / f"{module.name}.yang").write_text(module.text, encoding="utf-8")
    except OSError as error:
        sentence = f"cannot write to {directory}: {error.strerror}"
        raise UsageError(sentence, hint="name a directory of your own") from None
    for module in modules().values():
        out.write(f"{directory / module.name}.yang  revision {module.revision}\n")
    return 0
