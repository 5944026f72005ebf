"""The commands of one request: ``ssh host "show version; show users"``."""

from __future__ import annotations

import re
from typing import Final

_PIECE: Final = re.compile(r'"(?:[^"\\]+|\\.|\\)*"?|[;\n]|[^";\n]+', re.DOTALL)


def separated(text: str) -> list[str]:
    """Return the commands of *text*, which semicolons outside quotes and line ends separate."""
    commands = [""]
    for piece in _PIECE.findall(text):
        if piece in (";", "\n"):
            commands.append("")
        else:
            commands[-1] += piece
    return [command.strip() for command in commands if command.strip()]
