"""What differs from one run of a journal to the next, made alike: times, serials, keys, ports."""

from __future__ import annotations

import re
from typing import Final

_MASKS: Final = (
    (re.compile(r"\b([0-9A-Fa-f]{2}:){7,}[0-9A-Fa-f]{2}\b"), "<octets>"),
    (
        re.compile(r"\b[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ][0-9:.]{5,15}(Z|[+-][0-9:]{4,6})?"),
        "<time>",
    ),
    (
        re.compile(
            r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8}( UTC [0-9]{4})?"
        ),
        "<time>",
    ),
    (re.compile(r"\b[0-9]{2}[A-Z]{3}[0-9]{4} [0-9:]{8}"), "<time>"),
    (
        re.compile(
            r"\b[0-9]+ days?, [0-9:.]{8,12}|\b[0-9]+d [0-9:]{8}"
            r"|\b[0-9]{1,3}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
        ),
        "<duration>",
    ),
    (re.compile(r"\b(127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}\b"), "<address>"),
    (re.compile(r"\b(0x)?(?=[0-9a-fA-F]*[0-9])[0-9a-fA-F]{12,}\b"), "<number>"),
    (
        re.compile(r"(?i)\b(reference|est username|serial number|serial) *(:|=|) *[^\s,;]+"),
        r"\1 <random>",
    ),
    (re.compile(r"\bin [0-9]+ hour\(s\) and [0-9]+ minute\(s\)"), "in <duration>"),
)
_SPACES: Final = re.compile(r"[ \t]+")
_RULES: Final = re.compile(r"[-=]{3,}")


def alike(output: str) -> list[str]:
    """Return the lines of *output* in which nothing is left that differs between two good runs."""
    return [line for line in map(_masked, output.split("\n")) if line]


def _masked(line: str) -> str:
    for pattern, word in _MASKS:
        line = pattern.sub(word, line)
    return _RULES.sub("---", _SPACES.sub(" ", line)).strip()
