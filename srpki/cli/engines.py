"""Which of the two CLIs a session may use, and what is said on the way there [cli.md 1.8]."""

from __future__ import annotations

from typing import Final, Literal

from srpki.config.management import ConfigurationMode, cli_engines, configuration_mode
from srpki.management.port import Device

Dialect = Literal["md", "classic"]

NOT_AUTHORIZED: Final = "MINOR: CLI #2053 Switching CLI engine is not authorized"
_ARRIVAL: Final[dict[Dialect, str]] = {
    "classic": "INFO: CLI #2051: Switching to the classic CLI engine",
    "md": "INFO: CLI #2052: Switching to the MD-CLI engine",
}
_READ_ONLY: Final = (
    "INFO: CLI #2050: Classic CLI modification of the configuration is not allowed"
    " - 'model-driven' management interface configuration mode active"
)
_ENGINES: Final[dict[str, Dialect]] = {"classic-cli": "classic", "md-cli": "md"}
_BY_MODE: Final[dict[ConfigurationMode, tuple[Dialect, ...]]] = {
    "classic": ("classic",),
    "mixed": ("classic", "md"),
    "model-driven": ("md", "classic"),
}
"""The CLIs of each mode, first the one at log-in [access.md 1]."""


def engines(device: Device) -> tuple[Dialect, ...]:
    """Return the CLIs that sessions may use, first the one that new sessions begin in.

    ``cli-engine`` chooses among those of the configuration mode.
    """
    running = device.datastore.running
    known = _BY_MODE[configuration_mode(running)]
    chosen = tuple(_ENGINES[name] for name in cli_engines(running) if _ENGINES[name] in known)
    return chosen or known


def arrival(device: Device, dialect: Dialect) -> str:
    """Return what is printed when a session comes to *dialect*."""
    if dialect == "classic" and configuration_mode(device.datastore.running) == "model-driven":
        return f"{_ARRIVAL[dialect]}\n{_READ_ONLY}"
    return _ARRIVAL[dialect]
