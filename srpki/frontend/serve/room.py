"""Room for all nodes of a process: each holds files open, and the system allows so many."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from srpki.core.descriptors import let_be_open
from srpki.core.errors import UsageError
from srpki.frontend.serve.places import LabPlace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from srpki.frontend.serve.places import Place

USUAL: Final = 1 << 16
"""Files that may be open, where that many may: those of the people who come among them."""
OTHERS: Final = 128
"""Files of the process itself, and of the first who come."""
LOCK: Final = 1
LAB: Final = 4
"""Files of a lab: two ports of its CA, the CA's lock, and what it has issued."""


def make_room(places: Sequence[Place]) -> None:
    """Let the files be open that *places* need; raises `UsageError` with how many places fit."""
    needed = tuple(accumulate(_needed(places), initial=OTHERS))
    may = let_be_open(max(USUAL, needed[-1]))
    if needed[-1] > may:
        fit = max(0, bisect(needed, may) - 1)
        raise UsageError(
            f"{len(places)} nodes hold {needed[-1]} files open and this process may open {may},"
            f" which is enough for {fit} of them",
            hint="raise the hard limit, which is LimitNOFILE= of a service and else ulimit -Hn, or"
            " serve some by another process",
        )


def _needed(places: Sequence[Place]) -> Iterator[int]:
    """Yield how many files each of *places* holds open, the first of a shared lab those of it."""
    shared: set[LabPlace] = set()
    for place in places:
        lab = LAB if place.lab and place.lab not in shared else 0
        if isinstance(place.lab, LabPlace):
            shared.add(place.lab)
        yield LOCK + len(place.ssh) + len(place.netconf) + lab
