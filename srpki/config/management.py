"""What ``configure system management-interface`` says, default values filled in."""

from __future__ import annotations

from typing import Final, Literal

from srpki.config.tree import Branch, Element, get
from srpki.schema.paths import path

ConfigurationMode = Literal["classic", "mixed", "model-driven"]
_MODES: Final[dict[str, ConfigurationMode]] = {
    "classic": "classic",
    "mixed": "mixed",
    "model-driven": "model-driven",
}


def configuration_mode(running: Branch) -> ConfigurationMode:
    """Return which CLIs may edit the configuration: the classic one, both, or the MD-CLI."""
    return _MODES.get(str(_setting(running, "configuration-mode")), "mixed")


def _setting(running: Branch, *names: str) -> Element | None:
    return get(running, path("system", "management-interface", *names))
