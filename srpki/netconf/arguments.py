"""The arguments of an operation: which there may be, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.netconf.errors import bad, not_supported
from srpki.netconf.namespaces import AUGMENTS, NMDA, WITH_DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from srpki.netconf.documents import Given

REGION: Final = "configuration-region"
FORMAT: Final = "format"
DEFAULTS: Final = "with-defaults"
COMMENT: Final = "comment"

_ELSEWHERE: Final = {
    REGION: AUGMENTS,
    FORMAT: AUGMENTS,
    COMMENT: AUGMENTS,
    DEFAULTS: WITH_DEFAULTS,
    "subtree-filter": NMDA,
    "max-depth": NMDA,
}
"""The namespaces of arguments that other modules add.

That of the operation is taken as well, and none at all: libraries leave it out [decided].
"""
_REGIONS: Final = ("configure", "bof", "debug", "li")


class Arguments:
    """What *operation* is given of the arguments called *names*.

    Raises `RpcError` for another one and for one that stands there twice.
    """

    def __init__(self, operation: Given, names: Iterable[str]) -> None:
        self.operation = operation
        known = frozenset(names)
        self._found: dict[str, Given] = {}
        for child in operation.children:
            own = (operation.namespace, _ELSEWHERE.get(child.name, ""), "")
            if child.name not in known:
                raise bad("unknown-element", f"'{child.name}'", child.name)
            if child.namespace not in own:
                sentence = f"'{child.name}' is of no known namespace"
                raise bad("unknown-namespace", sentence, child.name)
            if child.name in self._found:
                raise bad("bad-element", f"'{child.name}' stands there twice", child.name)
            self._found[child.name] = child

    def __contains__(self, name: str) -> bool:
        """Return whether the argument *name* was given."""
        return name in self._found

    def element(self, name: str) -> Given:
        """Return the argument *name*; raises `RpcError` where it is missing."""
        if name not in self._found:
            raise bad("missing-element", f"'{name}' is missing", name)
        return self._found[name]

    def get(self, name: str) -> Given | None:
        """Return the argument *name*, None where it is missing."""
        return self._found.get(name)

    def text(self, name: str, default: str = "") -> str:
        """Return what the argument *name* says, *default* where it is missing."""
        found = self._found.get(name)
        return default if found is None else found.value

    def one_of(self, name: str, words: Mapping[str, str] | Iterable[str], default: str) -> str:
        """Return the argument *name*, which must be one of *words*, or *default*."""
        word = self.text(name, default)
        if word not in tuple(words):
            raise bad("invalid-value", f"'{name}' - '{word}' is not one of its values", name)
        return word

    def only(self, name: str) -> Given:
        """Return the one element in the argument *name*, as that of a datastore.

        Its region may stand beside it or before its name, as in ``configure-candidate``; the last
        one that is said holds [7750 SR system management guide 22.7].
        """
        region, found = _REGIONS[0], []
        for child in self.element(name).children:
            before, dash, rest = child.name.partition("-")
            if child.name == REGION:
                region = child.value
            elif dash and before in _REGIONS:
                region = before
                found.append(child.called(rest))
            else:
                found.append(child)
        _check_emulated(region)
        if len(found) != 1:
            raise bad("missing-element", f"'{name}' names no datastore", name)
        return found[0]


def check_region(arguments: Arguments) -> None:
    """Raise `RpcError` for every region but ``configure``: none of the others is emulated."""
    _check_emulated(arguments.text(REGION, _REGIONS[0]))


def _check_emulated(region: str) -> None:
    if region not in _REGIONS:
        raise bad("invalid-value", f"'{REGION}' - '{region}' is not one of its values", REGION)
    if region != _REGIONS[0]:
        raise not_supported(f"the region {region} is not emulated")
