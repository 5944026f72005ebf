"""How SR OS shows what a record has as a value: a switch, a list, what there is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from srpki.device.records.words import AdminState

NOT_SPECIFIED: Final = "(Not Specified)"
_ADMIN: Final = {"enable": "up", "disable": "down"}


def admin(state: AdminState) -> str:
    """Return how an administrative state is shown."""
    return _ADMIN[state]


def enabled(value: bool) -> str:
    """Return how a switch is shown."""
    return "enabled" if value else "disabled"


def yes(value: bool) -> str:
    """Return how the answer to a question is shown."""
    return "yes" if value else "no"


def several(words: Sequence[str], between: str = " ", none: str = "<none>") -> str:
    """Return how *words* are shown, *none* where there are none."""
    return between.join(words) or none
