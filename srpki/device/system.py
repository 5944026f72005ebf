"""What the router says of itself: name, release, times."""

from __future__ import annotations

from datetime import UTC, datetime

from srpki import __version__

RELEASE = "26.3"
"""The SR OS release whose command tree is emulated."""

TYPE = "7750 SR (emulated)"
"""What ``show system information`` says that this is."""

DEFAULT_NAME = "srpki"
"""The name in the prompt while ``configure system name`` is not set."""


def version_lines() -> tuple[str, ...]:
    """Return what ``show version`` prints; it does not pretend to be Nokia's software.

    netmiko's autodetection looks for the word Nokia, Ansible for TiMOS.
    """
    return (
        f"TiMOS-C-{RELEASE} srpki {__version__}: an emulator, not Nokia software.",
        "It emulates the certificate management of a Nokia 7750 SR and nothing else.",
    )


def version() -> str:
    """Return the version that ``show system information`` tells."""
    return f"C-{RELEASE} (srpki, an emulator)"


def rfc3339(moment: datetime) -> str:
    """Return *moment* in UTC as ``2026-11-23T12:00:00Z``."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def pace(factor: float) -> str:
    """Return how fast a lab's clock runs, *factor* times as fast as real time, in words."""
    if not factor:
        return "not at all: it stands"
    if factor == 1:
        return "as real time does"
    return f"{factor:.3f}".rstrip("0").rstrip(".") + " times as fast as real time"
