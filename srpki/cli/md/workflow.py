"""What the MD-CLI says of its configuration modes: on entering and leaving [cli.md 1.2]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from srpki.config.candidate import Candidate, Mode

SHORT: Final = {"exclusive": "ex", "global": "gl", "private": "pr", "read-only": "ro"}
_ENTER: Final = {"global": 2054, "exclusive": 2060, "read-only": 2066, "private": 2070}
_EXIT: Final = {"global": 2056, "exclusive": 2064, "read-only": 2067, "private": 2074}
_ASK: Final = {"exclusive": 2063, "private": 2071}
_CANCELED: Final = {"exclusive": 2065, "private": 2072}
_DISCARDED: Final = {"exclusive": 2062, "private": 2073}

QUESTION: Final = "Discard uncommitted changes? [y,n] "


def entered(candidate: Candidate) -> list[str]:
    """Return what is said on entering the mode of *candidate*."""
    mode, others = candidate.mode, candidate.others
    said = [f"INFO: CLI #{_ENTER[mode]}: Entering {mode} configuration mode"]
    if mode in _DISCARDED:
        said.append("INFO: CLI #2061: Uncommitted changes are discarded on configuration mode exit")
    if mode == "global" and any(other.mode == "global" for other in others):
        said.append("INFO: CLI #2075: Other global configuration sessions are active")
    elif others:
        said.append("INFO: CLI #2079: Other configuration sessions are active")
    if mode == "global" and candidate.dirty:
        said.append(
            "INFO: CLI #2055: Uncommitted changes are present in the candidate configuration"
        )
    return said


def must_ask(candidate: Candidate) -> bool:
    """Return whether leaving the mode of *candidate* would lose something."""
    return candidate.dirty and candidate.mode in _ASK


def warning(mode: Mode) -> str:
    """Return what is said before the question whether to discard."""
    return (
        f"INFO: CLI #{_ASK[mode]}: Uncommitted changes are present in the candidate"
        f" configuration. Exiting {mode} configuration mode will discard those changes.\n"
    )


def canceled(mode: Mode) -> str:
    """Return what is said when the operator would rather stay."""
    return f"INFO: CLI #{_CANCELED[mode]}: Exit {mode} configuration mode canceled"


def left(mode: Mode, *, dirty: bool) -> list[str]:
    """Return what is said on leaving *mode*, with edits that are not committed when *dirty*."""
    if dirty and mode in _DISCARDED:
        number = _DISCARDED[mode]
        lost = f"Exiting {mode} configuration mode - uncommitted changes are discarded"
        return [f"WARNING: CLI #{number}: {lost}"]
    said = [f"INFO: CLI #{_EXIT[mode]}: Exiting {mode} configuration mode"]
    if dirty and mode == "global":
        said.append("INFO: CLI #2057: Uncommitted changes are kept in the candidate configuration")
    return said
