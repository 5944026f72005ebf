"""The inventory of ``srpki serve``: a TOML file, a table a node.

Names of directories are from where the file is. What is not known is refused, with the table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.errors import UsageError
from srpki.frontend.serve import places
from srpki.frontend.serve.places import LOCAL, LabPlace, Place, User

if TYPE_CHECKING:
    from srpki.config.management import ConfigurationMode
    from srpki.frontend.serve.places import Address

MAX_OCTETS: Final = 1 << 20
"""Most octets of an inventory."""
MODES: Final[tuple[ConfigurationMode, ...]] = ("classic", "mixed", "model-driven")

WAYS: Final = ("console", "netconf", "scp-sftp", "ssh-cli")
LONGEST: Final = 32
"""Characters of the name of a user."""
_TOP: Final = ("labs", "nodes")
_LAB: Final = ("directory",)
_NODE: Final = ("directory", "lab", "mode", "netconf", "record", "ssh", "users")
_USER: Final = ("access", "member", "password")


def read(file: Path) -> tuple[Place, ...]:
    """Return the places of the inventory *file*, in order.

    Raises `UsageError` for a file that cannot be read or holds anything that is not known.
    """
    found = _parsed(file)
    top = _Table(file, "", found)
    top.check(_TOP)
    labs = {
        name: _lab(_Table(file, f"labs.{name}", table), name)
        for name, table in top.tables("labs").items()
    }
    nodes = tuple(
        _node(_Table(file, f"nodes.{name}", table), name, labs)
        for name, table in top.tables("nodes").items()
    )
    if not nodes:
        raise UsageError(f"{file} names no node", hint="a table [nodes.NAME] names one")
    places.check_apart(nodes)
    return nodes


def _parsed(file: Path) -> Mapping[str, Any]:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_OCTETS + 1)
        if len(content) > MAX_OCTETS:
            raise UsageError(f"{file} is longer than {MAX_OCTETS} octets")
        return tomllib.loads(content.decode())
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{file} is not TOML: {error}") from None


class _Table:
    """One table of an inventory; what it does not hold as it should raises `UsageError`."""

    def __init__(self, file: Path, name: str, content: object) -> None:
        self._file = file
        self._name = name
        if not isinstance(content, Mapping):
            raise self.wrong("it is no table")
        self._content = content

    def wrong(self, why: str, hint: str = "") -> UsageError:
        """Return what is raised where the table is wrong."""
        where = f"[{self._name}] of {self._file}" if self._name else str(self._file)
        return UsageError(f"{where}: {why}", hint=hint)

    def check(self, known: tuple[str, ...]) -> None:
        """Raise for a key that is not *known*."""
        for key in self._content:
            if key not in known:
                raise self.wrong(f"{key!r} is not known", hint=f"known are {', '.join(known)}")

    def tables(self, key: str) -> Mapping[str, object]:
        """Return the tables in the table *key*."""
        found = self._content.get(key, {})
        if not isinstance(found, Mapping):
            raise self.wrong(f"{key!r} is no table")
        return found

    def table(self, key: str, name: str, content: object) -> _Table:
        """Return the table *name* in the table *key*."""
        return _Table(self._file, f"{self._name}.{key}.{name}", content)

    def text(self, key: str) -> str | None:
        """Return the text at *key*, None where there is none."""
        found = self._content.get(key)
        if found is not None and (not isinstance(found, str) or not found.isprintable()):
            raise self.wrong(f"{key!r} is no text")
        return found

    def texts(self, key: str, usual: tuple[str, ...]) -> tuple[str, ...]:
        """Return the text or texts at *key*, what is *usual* where there are none."""
        found = self._content.get(key)
        if found is None:
            return usual
        texts = [found] if isinstance(found, str) else found
        if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
            raise self.wrong(f"{key!r} is neither text nor a list of texts")
        return tuple(texts)

    def addresses(self, key: str, port: int, usual: tuple[str, ...]) -> tuple[Address, ...]:
        """Return the addresses at *key*, whose port is *port* where they name none."""
        try:
            return tuple(places.address(each, port) for each in self.texts(key, usual))
        except UsageError as error:
            raise self.wrong(f"{key!r}: {error.sentence}", hint=error.hint) from None

    def directory(self, key: str, usual: str) -> Path:
        """Return the directory at *key*, from where the inventory is."""
        return self._file.parent / (self.text(key) or usual)

    def lab(self, labs: Mapping[str, LabPlace]) -> bool | LabPlace:
        """Return whether there is a lab, or which of *labs*."""
        found = self._content.get("lab", False)
        if isinstance(found, bool):
            return found
        if not isinstance(found, str) or found not in labs:
            raise self.wrong(
                f"'lab' is {found!r}", hint="it is true, false or the NAME of a table [labs.NAME]"
            )
        return labs[found]


def _lab(table: _Table, name: str) -> LabPlace:
    table.check(_LAB)
    return LabPlace(name=name, directory=table.directory("directory", name))


def _node(table: _Table, name: str, labs: Mapping[str, LabPlace]) -> Place:
    table.check(_NODE)
    record, mode = table.text("record"), table.text("mode")
    if mode not in (None, *MODES):
        raise table.wrong(f"'mode' is {mode!r}", hint=f"it is one of {', '.join(MODES)}")
    return Place(
        name=name,
        directory=table.directory("directory", name),
        ssh=table.addresses("ssh", places.SSH_PORT, (str(LOCAL),)),
        netconf=table.addresses("netconf", places.NETCONF_PORT, ()),
        lab=table.lab(labs),
        mode=next((each for each in MODES if each == mode), None),
        record=None if record is None else table.directory("record", ""),
        users=tuple(
            _user(table.table("users", user, content), user)
            for user, content in table.tables("users").items()
        ),
    )


def _user(table: _Table, name: str) -> User:
    table.check(_USER)
    password = table.text("password")
    if not password:
        raise table.wrong("'password' is missing")
    access = table.texts("access", ("console", "netconf"))
    if unknown := [each for each in access if each not in WAYS]:
        raise table.wrong(f"'access' is {unknown[0]!r}", hint=f"known are {', '.join(WAYS)}")
    if not name.isprintable() or not 1 <= len(name) <= LONGEST:
        raise table.wrong(f"the name of a user has 1 to {LONGEST} characters")
    return User(
        name=name,
        password=password,
        member=table.texts("member", ("administrative",)),
        access=access,
    )
