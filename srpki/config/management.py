"""What ``configure system management-interface`` says, default values filled in."""

from __future__ import annotations

from typing import Final, Literal

from srpki.config.tree import Branch, get, put
from srpki.core.errors import RefusedError
from srpki.schema.configure.management import MANAGEMENT_INTERFACE
from srpki.schema.nodes import Leaf
from srpki.schema.paths import Value, path
from srpki.schema.tree import node_at

ConfigurationMode = Literal["classic", "mixed", "model-driven"]
_MODES: Final[dict[str, ConfigurationMode]] = {
    "classic": "classic",
    "mixed": "mixed",
    "model-driven": "model-driven",
}
_INTERFACE: Final = ("system", "management-interface")
MODE: Final = path(*_INTERFACE, "configuration-mode")
"""Where the configuration mode stands, below ``configure``."""
_CLASSIC: Final = ("cli", "classic-cli")
_ROLLBACK: Final = (*_CLASSIC, "rollback")

NETCONF: Final = "NETCONF"
"""What SR OS calls the interface, where it says who has committed."""

_REFUSED: Final = "Modification of the configuration is not allowed -"
"""Begins what is said where the classic CLI may not change the configuration [cli.md 1.8]."""


def in_mode(tree: Branch, mode: ConfigurationMode) -> Branch:
    """Return *tree* with its configuration mode set to *mode*."""
    return put(tree, MODE, mode)


def names_mode(tree: Branch) -> bool:
    """Return whether *tree* says its configuration mode, rather than leave it to the default."""
    return get(tree, MODE) is not None


def configuration_mode(running: Branch) -> ConfigurationMode:
    """Return which CLIs may edit the configuration: the classic one, both, or the MD-CLI.

    The models give no default; since 23.3 a node that names none is model-driven.
    """
    return _MODES[_text(running, "configuration-mode") or "model-driven"]


def check_classic(running: Branch) -> None:
    """Raise `RefusedError` in model-driven mode, in which the classic CLI changes nothing."""
    mode = configuration_mode(running)
    if mode == "model-driven":
        raise RefusedError(f"{_REFUSED} '{mode}' management interface configuration mode active")


def check_immediate(running: Branch) -> None:
    """Raise `RefusedError` where edits of the classic CLI may not take effect at once."""
    if _setting(running, *_CLASSIC, "allow-immediate") is False:
        raise RefusedError(f"{_REFUSED} 'allow-immediate' is disabled for the classic CLI")


def cli_engines(running: Branch) -> tuple[str, ...]:
    """Return the CLIs that sessions may use, as configured; none where nothing is configured."""
    found = get(running, path(*_INTERFACE, "cli", "cli-engine"))
    return tuple(map(str, found)) if isinstance(found, tuple) else ()


def commit_history(running: Branch) -> int:
    """Return how many commits are remembered."""
    return _number(running, "commit-history")


def auto_config_save(running: Branch, interface: str = "") -> bool:
    """Return whether a commit by *interface*, the MD-CLI unless told, saves the configuration."""
    if interface == NETCONF:
        return _flag(running, True, "netconf", "auto-config-save")
    return _setting(running, "cli", "md-cli", "auto-config-save") is True


def netconf_enabled(running: Branch) -> bool:
    """Return whether clients of NETCONF may come, which is off until it is configured."""
    leafs = ("listen", "admin-state"), ("admin-state",)
    places = (path(*_INTERFACE, "netconf", *names) for names in leafs)
    return any(get(running, place) == "enable" for place in places)


def netconf_candidate(running: Branch) -> bool:
    """Return whether clients of NETCONF may edit the candidate."""
    return _flag(running, True, "netconf", "capabilities", "candidate")


def nmda_support(running: Branch) -> bool:
    """Return whether the datastores of NMDA have operations of their own."""
    return _flag(running, False, "yang-modules", "nmda", "nmda-support")


def configuration_backups(running: Branch) -> int:
    """Return how many earlier versions of the saved configuration are kept."""
    return _number(running, "configuration-save", "configuration-backups")


def rollback_location(running: Branch) -> str | None:
    """Return the URL of the classic CLI's checkpoints without their suffix, if configured."""
    return _text(running, *_ROLLBACK, "location")


def rescue_location(running: Branch) -> str | None:
    """Return the URL of the classic CLI's rescue file without its suffix, if configured."""
    return _text(running, *_ROLLBACK, "rescue", "location")


def local_checkpoints(running: Branch) -> int:
    """Return how many checkpoints of the classic CLI are kept, the latest among them."""
    return _number(running, *_ROLLBACK, "local-checkpoints")


def _flag(running: Branch, default: bool, *names: str) -> bool:
    found = get(running, path(*_INTERFACE, *names))
    return found if isinstance(found, bool) else default


def _setting(running: Branch, *names: str) -> Value | None:
    found = get(running, path(*_INTERFACE, *names))
    if isinstance(found, str | int | bool):
        return found
    leaf = node_at(MANAGEMENT_INTERFACE, *names)
    assert isinstance(leaf, Leaf)
    return None if leaf.default is None else leaf.type.parse(leaf.default)


def _number(running: Branch, *names: str) -> int:
    found = _setting(running, *names)
    assert isinstance(found, int)
    return found


def _text(running: Branch, *names: str) -> str | None:
    found = _setting(running, *names)
    return found if isinstance(found, str) else None
