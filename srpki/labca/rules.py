"""The trainer's choices about a running lab CA, which last: policy, vendors, whether it listens."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from srpki.core.errors import InvalidInputError, RefusedError
from srpki.labca.documents import Document
from srpki.labca.policy import Policy, from_json
from srpki.x509 import certificates

RULES: Final = "rules.json"
MOST_VENDORS: Final = 32


class Rules:
    """What was chosen; safe between threads. Raises what `Document` raises."""

    def __init__(self, directory: Path | None) -> None:
        """Take up what *directory* holds."""
        self._document = Document(directory, RULES)
        self._lock = threading.Lock()
        found = self._document.read()
        try:
            self.policy = from_json(found.get("policy", {}))
            self.stopped = found.get("stopped", False) is True
            self.vendors = tuple(_certificate(text) for text in found.get("vendors", []))
        except (InvalidInputError, TypeError, AttributeError, ValueError):
            raise self._document.damaged() from None

    def set_policy(self, policy: Policy) -> None:
        """Judge by *policy* from now on."""

        def change() -> None:
            self.policy = policy

        self._keep(change, policy=policy.as_json())

    def set_stopped(self, *, stopped: bool) -> None:
        """Note whether the CA is to listen."""

        def change() -> None:
            self.stopped = stopped

        self._keep(change, stopped=stopped)

    def set_vendors(self, vendors: tuple[bytes, ...]) -> None:
        """Let devices of the makers with the roots *vendors* (DER) enrol by their certificates."""
        if len(vendors) > MOST_VENDORS:
            raise RefusedError(f"a lab CA knows {MOST_VENDORS} vendors at most")

        def change() -> None:
            self.vendors = vendors

        self._keep(change, vendors=[base64.b64encode(one).decode() for one in vendors])

    def _keep(self, change: Callable[[], None], **changed: Any) -> None:
        with self._lock:
            present: dict[str, Any] = {
                "policy": self.policy.as_json(),
                "stopped": self.stopped,
                "vendors": [base64.b64encode(one).decode() for one in self.vendors],
            }
            self._document.write({**present, **changed})
            change()


def _certificate(text: str) -> bytes:
    der = base64.b64decode(text, validate=True)
    certificates.parse(der)
    return der
