"""Writes the reference pages: ``python tests/support/reference docs/reference``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reference.pages import pages


def main(arguments: list[str]) -> int:
    """Write every page into the directory that *arguments* name; return the exit status."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python tests/support/reference DIRECTORY\n")
        return 2
    for name, text in pages().items():
        Path(arguments[0], name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
