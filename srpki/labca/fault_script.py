"""The script of a lab CA's faults: what waits to happen, shared by the responders, and kept."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Final

from srpki.core.errors import InvalidInputError, RefusedError, StorageError
from srpki.labca.conditions import NOTHING_KNOWN, Circumstances
from srpki.labca.documents import Document
from srpki.labca.fault_lines import parse_fault
from srpki.labca.faults import ALWAYS, Fault

FAULTS: Final = "faults.json"
"""The document that keeps the script in a lab CA's directory."""
MOST_FAULTS: Final = 1000


class FaultScript:
    """The faults that wait to happen, shared by the responders; safe between threads.

    What has become of them is kept before it shows: a kill forgets none and repeats none.
    """

    def __init__(self, faults: tuple[Fault, ...] = (), document: Document | None = None) -> None:
        """Start with *faults*, in order, or without any with those in *document*.

        Raises what `Document.read` raises.
        """
        self._lock = threading.Lock()
        self._document = document or Document(None, "")
        self._faults: list[Fault] = list(faults)
        if not faults:
            self._faults = self._kept()

    def _kept(self) -> list[Fault]:
        lines = self._document.read().get("faults", [])
        try:
            return [parse_fault(line) for line in lines][:MOST_FAULTS]
        except (InvalidInputError, TypeError, AttributeError):
            raise self._document.damaged() from None

    def add(self, fault: Fault | str) -> None:
        """Let *fault*, or the one a script line says, happen after those already here.

        Raises `InvalidInputError` as `parse_fault` does, `RefusedError` when too many wait, and
        `StorageError` when it cannot be kept.
        """
        if isinstance(fault, str):
            fault = parse_fault(fault)
        with self._lock:
            if len(self._faults) >= MOST_FAULTS:
                raise RefusedError("too many faults are waiting", hint="clear them first")
            self._keep([*self._faults, fault])

    def take(
        self,
        operation: str,
        *,
        kept: bool = False,
        circumstances: Circumstances = NOTHING_KNOWN,
    ) -> Fault | None:
        """Return the fault that strikes this request for *operation*, if one does.

        *kept* and *circumstances* are as for `Fault.fits`.
        """
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not fault.fits(operation, kept=kept, circumstances=circumstances):
                    continue
                self._use(index, fault)
                return None if fault.after else fault
        return None

    def _use(self, index: int, fault: Fault) -> None:
        """Count that *fault* has let a request pass, or has struck it."""
        if fault.times == ALWAYS and not fault.after:
            return
        left = [replace(fault, after=fault.after - 1)] if fault.after else []
        if not fault.after and fault.times > 1:
            left = [replace(fault, times=fault.times - 1)]
        faults = [*self._faults[:index], *left, *self._faults[index + 1 :]]
        try:
            self._keep(faults, sync=False)
        except StorageError:  # it happens all the same; after a kill perhaps once more
            self._faults = faults

    def _keep(self, faults: list[Fault], *, sync: bool = True) -> None:
        self._document.write({"faults": [str(fault) for fault in faults]}, sync=sync)
        self._faults = faults

    def lines(self) -> tuple[str, ...]:
        """Return what is still to happen, as script lines, in order."""
        with self._lock:
            return tuple(str(fault) for fault in self._faults)

    def clear(self) -> None:
        """Forget every fault; raises `StorageError`."""
        with self._lock:
            self._keep([])
