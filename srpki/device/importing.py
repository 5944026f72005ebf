"""Brings the saved configuration of another router to a node: what is kept, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from srpki.config.datastore import Datastore
from srpki.config.edit import Edit
from srpki.config.management import configuration_backups, configuration_mode, in_mode
from srpki.config.secrets import is_sealed, token_of
from srpki.config.strictness import IMPORT, Found
from srpki.config.text import elements, spell_path
from srpki.config.tree import EMPTY, Branch
from srpki.config.validate import validate
from srpki.config.viewer import view
from srpki.core.errors import ExistsError, InvalidInputError, SrpkiError
from srpki.device.directories import make_directories
from srpki.device.flash import CONFIGURATION
from srpki.device.operations.imported_files import references
from srpki.device.sealed import sealed_thing
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.schema.nodes import Container, Leaf, ListNode
from srpki.schema.paths import Path, Step
from srpki.schema.types import Text
from srpki.storage.files import OsFiles
from srpki.storage.lock import NodeLock
from srpki.storage.versions import Versions

if TYPE_CHECKING:
    import pathlib

    from srpki.core.entropy import Entropy
    from srpki.device.configuration.forms import Forms

URL = f"cf3:\\{CONFIGURATION}"
_OTHER_HASHES = (" hash", " custom")
"""What ends a secret that SR OS has hashed otherwise than by ``hash2``."""


class NeededFile(NamedTuple):
    """A file that the configuration names: its *kind* as `export` calls it, and its *users*."""

    name: str
    kind: str
    users: tuple[str, ...]
    imported: bool

    @property
    def export_md(self) -> str:
        """What is typed in the MD-CLI of the router that has the file."""
        return (
            f'admin system security pki export type {_MD_KINDS[self.kind]} input-file "{self.name}"'
            f' output-url "cf3:\\{self.name}.{self._format}" format {self._format}{self._password}'
        )

    @property
    def export_classic(self) -> str:
        """What is typed in the classic CLI of the router that has the file."""
        return (
            f'admin certificate export type {_CLASSIC_KINDS[self.kind]} input "{self.name}"'
            f' output "cf3:\\{self.name}.{self._format}" format {self._format}{self._password}'
        )

    @property
    def _format(self) -> str:
        return "der" if self.kind == "crl" else "pem"

    @property
    def _password(self) -> str:
        return ' password "PASSWORD"' if self.kind == "key" else ""


_MD_KINDS = {"certificate": "certificate", "key": "key", "crl": "crl"}
_CLASSIC_KINDS = {"certificate": "cert", "key": "key", "crl": "crl"}


class Imported(NamedTuple):
    """What came of an import.

    Of *secrets* the values are not known here: they were hashed by the other router. *problems*
    are what a commit would refuse.
    """

    found: Found
    mode: str
    files: tuple[NeededFile, ...]
    secrets: tuple[str, ...]
    problems: tuple[str, ...]
    former: str


def import_configuration(
    node: pathlib.Path, text: str, forms: Forms, root: Container, entropy: Entropy, *, replace: bool
) -> Imported:
    """Make what *text* says, as far as it is known, the saved configuration of *node*.

    A configuration that is there is kept as an earlier version, and only with *replace*.

    Raises:
        InvalidInputError: where *text* is no configuration.
        ExistsError: where *node* has a configuration already, without *replace*.
        BusyError: where the node runs.
        StorageError: where the disk refuses.
    """
    tree, found = forms.decode(text, IMPORT)
    if tree == (in_mode(EMPTY, "classic") if found.form == "classic" else EMPTY):
        raise InvalidInputError(
            "nothing in it is a configuration that is known here",
            hint="name the saved configuration of a router",
        )
    cf3, state = make_directories(node)
    with NodeLock(state / "lock"):
        files = OsFiles(node)
        versions = Versions(cf3 / CONFIGURATION, URL, files)
        former = URL if versions.numbers(0) else ""
        if former and not replace:
            raise ExistsError(
                f"{node} has a configuration already",
                hint=f"--replace keeps it as {versions.url(1)}, or name another node",
            )
        seal = Seal(state / "chassis.key", entropy, files, lambda: sealed_thing(files, cf3, state))
        seal.seal_text("")  # the key of a new node: hashes of another router are none of its own
        tree, lost = _without_other_hashes(root, tree)
        tree = Datastore(root, sealer=seal).seal_all(tree)
        lost += [path for path, value in _secrets(root, tree) if not _opens(seal, value)]
        versions.save(forms.encode(tree).encode(), max(1, configuration_backups(tree)))
        names = frozenset(Keystore(cf3, seal, files).names())
    return Imported(
        found,
        configuration_mode(tree),
        _files(tree, seal, names),
        tuple(spell_path(root, path) for path in lost),
        tuple(map(str, validate(root, tree))),
        versions.url(1) if former else "",
    )


def _files(tree: Branch, seal: Seal, names: frozenset[str]) -> tuple[NeededFile, ...]:
    found: dict[tuple[str, str], list[str]] = {}
    for file, kind, user in references(view(tree, seal.open_text)):
        users = found.setdefault((file, kind), []) if file else []
        if user not in users:
            users.append(user)
    return tuple(
        NeededFile(name, kind, tuple(users), name in names) for (name, kind), users in found.items()
    )


def _opens(seal: Seal, value: str) -> bool:
    try:
        seal.open_text(token_of(value))
    except SrpkiError:
        return False
    return True


def _without_other_hashes(root: Container, tree: Branch) -> tuple[Branch, list[Path]]:
    """Return *tree* without the secrets that look like clear text and are none, and their paths."""
    gone = [
        path
        for path, value in _secrets(root, tree)
        if not is_sealed(value) and value.endswith(_OTHER_HASHES)
    ]
    for path in gone:
        tree = Edit("delete", path).apply(root, tree)
    return tree, gone


def _secrets(
    node: Container | ListNode, tree: Branch, above: Path = ()
) -> Iterator[tuple[Path, str]]:
    """Yield the path and the value of every secret below *node*."""
    for child, keys, content in elements(node, tree):
        path = (*above, Step(child.name, keys))
        if isinstance(content, Branch):
            assert isinstance(child, Container | ListNode)
            yield from _secrets(child, content, path)
        elif isinstance(child, Leaf) and isinstance(child.type, Text) and child.type.secret:
            yield path, str(content)


def missing(files: Sequence[NeededFile]) -> tuple[NeededFile, ...]:
    """Return those of *files* that are not imported yet."""
    return tuple(file for file in files if not file.imported)
