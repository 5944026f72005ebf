"""What differs from one trainee to the next: values that are drawn by a seed, as ``${name}``.

The same seed draws the same values, on any machine and in any release.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from srpki.core.record import Record
from srpki.training.fields import Fields
from srpki.training.mistakes import LabFileError

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,31}")
_PLACE: Final = re.compile(r"\$\$\{|\$\{([^}\n]{0,64})(\}?)")
_VALUE: Final = re.compile(r"[A-Za-z0-9 ._:/@-]{1,64}")
_LAB: Final = "lab."
_HIGHEST: Final = 1_000_000_000


class Parameter(Record):
    """One value of *choice*, or a number from *low* to *high*."""

    choice: tuple[str, ...] = ()
    low: int = 0
    high: int = 0

    @property
    def example(self) -> str:
        """A value that may be drawn."""
        return self.choice[0] if self.choice else str(self.low)

    def drawn(self, number: int) -> str:
        """Return the value that *number*, which is large, draws."""
        if self.choice:
            return self.choice[number % len(self.choice)]
        return str(self.low + number % (self.high - self.low + 1))


def read_parameter(name: str, found: object, place: str) -> Parameter:
    """Return the parameter *name*, which the lab file has as *found* at *place*."""
    if not _NAME.fullmatch(name):
        raise LabFileError(place, f"'{name[:40]}' is no name of a parameter")
    fields = Fields(found, f"{place} {name}")
    choice = fields.lines("choice")
    low = fields.number("from", 0, 0, _HIGHEST)
    high = fields.number("to", 0, 0, _HIGHEST)
    fields.close()
    for one in choice:
        if not _VALUE.fullmatch(one):
            raise fields.wrong(
                "choice", "letters, digits, blanks and . _ : / @ - are expected, 64 at most"
            )
    if not choice and "to" not in fields.names():
        raise LabFileError(f"{place} {name}", "choice, or from and to, is expected")
    if low > high:
        raise fields.wrong("to", "less than from")
    return Parameter(choice=choice, low=low, high=high)


def draw(parameters: Mapping[str, Parameter], lab: str, seed: str) -> dict[str, str]:
    """Return a value for each of *parameters* of *lab*, drawn by *seed*."""
    return {name: one.drawn(_number(lab, name, seed)) for name, one in parameters.items()}


def _number(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("\0".join(words).encode()).digest()[:8], "big")


def filled(text: str, values: Mapping[str, str], place: str) -> str:
    """Return *text* with *values* put in for ``${name}``; ``$${`` stands for ``${``.

    Raises `LabFileError`, naming *place*, for a name that is not known.
    """

    def value(found: re.Match[str]) -> str:
        if found[1] is None:
            return "${"
        if not found[2] or found[1] not in values:
            known = ", ".join(sorted(values)) or "none"
            raise LabFileError(place, f"no parameter '{found[1]}' (known: {known})")
        return values[found[1]]

    return _PLACE.sub(value, text)


def check_places(texts: Iterable[tuple[str, str]], values: Mapping[str, str]) -> None:
    """Raise `LabFileError` where one of *texts*, each with its place, has an unknown name.

    The variables of the lab (``${lab.secret}``) are known: they are put into commands only.
    """
    for place, text in texts:
        for found in _PLACE.finditer(text):
            if found[1] is not None and not found[1].startswith(_LAB):
                filled(found[0], values, place)
