"""The MD-CLI's configuration modes: entering, leaving, and what is said on the way [cli.md 1.2]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.cli import wording
from srpki.cli.port import RefusalError
from srpki.management.port import Device

if TYPE_CHECKING:
    from srpki.config.candidate import Candidate, Mode

SHORT: Final = {"exclusive": "ex", "global": "gl", "private": "pr", "read-only": "ro"}
_ENTER: Final = {"global": 2054, "exclusive": 2060, "read-only": 2066, "private": 2070}
_EXIT: Final = {"global": 2056, "exclusive": 2064, "read-only": 2067, "private": 2074}
_ASK: Final = {"exclusive": 2063, "private": 2071}
_CANCELED: Final = {"exclusive": 2065, "private": 2072}
_DISCARDED: Final = {"exclusive": 2062, "private": 2073}

QUESTION: Final = "Discard uncommitted changes? [y,n] "


class Workflow:
    """The candidate of one session and the mode that it is edited in.

    *explicit* is the workflow of ``edit-config``, where the session may walk anywhere; without it
    the session is confined to the configure branch.
    """

    def __init__(self, device: Device, owner: str) -> None:
        """Begin outside every mode."""
        self._device = device
        self._owner = owner
        self.mode: Mode | None = None
        self.explicit = False
        self._candidate: Candidate | None = None

    def check_entered(self) -> None:
        """Raise `RefusalError` outside every mode."""
        if self.mode is None:
            raise RefusalError(wording.not_allowed("currently in operational mode"))

    @property
    def candidate(self) -> Candidate:
        """The candidate of the mode that was entered; raises `RefusalError` outside every mode."""
        self.check_entered()
        assert self._candidate is not None
        return self._candidate

    @property
    def dirty(self) -> bool:
        """Whether there is something to commit."""
        return self._candidate is not None and self._candidate.dirty

    @property
    def outdated(self) -> bool:
        """Whether somebody else has committed since."""
        return self._candidate is not None and self._candidate.outdated

    def enter(self, mode: Mode, *, explicit: bool) -> list[str]:
        """Enter *mode*; return what is said. Raises `LockedError`."""
        candidate = self._device.datastore.open(mode, self._owner)
        self.mode, self.explicit, self._candidate = mode, explicit, candidate
        said = [f"INFO: CLI #{_ENTER[mode]}: Entering {mode} configuration mode"]
        if mode in _DISCARDED:
            said.append(
                "INFO: CLI #2061: Uncommitted changes are discarded on configuration mode exit"
            )
        others = candidate.others
        if mode == "global" and any(other.mode == "global" for other in others):
            said.append("INFO: CLI #2075: Other global configuration sessions are active")
        elif others:
            said.append("INFO: CLI #2079: Other configuration sessions are active")
        if mode == "global" and candidate.dirty:
            said.append(
                "INFO: CLI #2055: Uncommitted changes are present in the candidate configuration"
            )
        return said

    @property
    def must_ask(self) -> bool:
        """Whether leaving would lose something."""
        return self.dirty and self.mode in _ASK

    def warning(self) -> str:
        """Return what is said before the question whether to discard."""
        assert self.mode is not None
        return (
            f"INFO: CLI #{_ASK[self.mode]}: Uncommitted changes are present in the candidate"
            f" configuration. Exiting {self.mode} configuration mode will discard those changes.\n"
        )

    def canceled(self) -> str:
        """Return what is said when the operator would rather stay."""
        assert self.mode is not None
        return f"INFO: CLI #{_CANCELED[self.mode]}: Exit {self.mode} configuration mode canceled"

    def let_go(self) -> None:
        """Close the candidate, if there is one, whatever is lost; from any thread."""
        candidate = self._candidate
        if candidate is not None:
            candidate.close()

    def leave(self) -> list[str]:
        """Leave the mode, whatever is lost; return what is said."""
        mode, dirty, candidate = self.mode, self.dirty, self.candidate
        assert mode is not None
        candidate.close()
        self.mode, self._candidate = None, None
        if dirty and mode in _DISCARDED:
            number = _DISCARDED[mode]
            lost = f"Exiting {mode} configuration mode - uncommitted changes are discarded"
            return [f"WARNING: CLI #{number}: {lost}"]
        said = [f"INFO: CLI #{_EXIT[mode]}: Exiting {mode} configuration mode"]
        if dirty and mode == "global":
            said.append(
                "INFO: CLI #2057: Uncommitted changes are kept in the candidate configuration"
            )
        return said
