"""Words of YANG that several records use."""

from __future__ import annotations

from typing import Literal

AdminState = Literal["enable", "disable"]


def admin_state(enabled: bool) -> AdminState:
    """Return the word for a switch."""
    return "enable" if enabled else "disable"
