"""A disk in memory that can lose power, and a wrapper that fails at any step."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from srpki.core.entropy import SeededEntropy
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.storage.files import FileOps
from srpki.x509 import keys

STATE, CF3 = Path("/node/state"), Path("/node/cf3")
DIRECTORY = b"directory"
CERTIFICATE, KEY = "gw.crt", "gw.key"


class Crash(BaseException):
    """The process ends here: no handler of the program may run on it."""


class MemoryDisk:
    """FileOps on a dictionary. File contents are durable when written, names when synced."""

    def __init__(self) -> None:
        self.content: dict[Path, bytes] = {}
        self.directories: set[Path] = {STATE, CF3}
        self._durable: tuple[dict[Path, bytes], set[Path]] = ({}, {STATE, CF3})
        self._unsynced: list[tuple[Path, dict[Path, bytes | None]]] = []

    def power_cuts(self) -> Iterator[MemoryDisk]:
        """Yield every disk that a power cut now may leave.

        Of the changes of names since the last sync any may be kept and any lost, in spite of
        their order; of a rename the new name may be kept without the end of the old one, but not
        the other way round [POSIX promises no more].
        """
        ways = [_ways_to_keep(changes) for _, changes in self._unsynced]
        for kept in product(*ways):
            twin = MemoryDisk()
            twin.content, twin.directories = dict(self._durable[0]), set(self._durable[1])
            for changes, (directory, _) in zip(kept, self._unsynced, strict=True):
                if directory in twin.directories:
                    twin._apply(changes)
            twin._durable = dict(twin.content), set(twin.directories)
            yield twin

    def copy(self) -> MemoryDisk:
        twin = MemoryDisk()
        twin.content, twin.directories = dict(self.content), set(self.directories)
        twin._durable = dict(self._durable[0]), set(self._durable[1])
        twin._unsynced = list(self._unsynced)
        return twin

    def _change(self, directory: Path, changes: dict[Path, bytes | None]) -> None:
        self._unsynced.append((directory, changes))
        self._apply(changes)

    def _apply(self, changes: dict[Path, bytes | None]) -> None:
        for path, content in changes.items():
            if content is None:
                self.content.pop(path, None)
            elif content is DIRECTORY:
                self.directories.add(path)
            else:
                self.content[path] = content

    def kind(self, path: Path) -> str:
        return (
            "file"
            if path in self.content
            else "directory"
            if path in self.directories
            else "absent"
        )

    def names(self, directory: Path) -> list[str]:
        return sorted(path.name for path in self.content if path.parent == directory)

    def read(self, path: Path, limit: int) -> bytes:
        if path not in self.content:
            raise FileNotFoundError(errno.ENOENT, "No such file", str(path))
        assert len(self.content[path]) <= limit
        return self.content[path]

    def write_new(self, path: Path, content: bytes, *, sync: bool = True) -> None:
        if path in self.content:
            raise FileExistsError(errno.EEXIST, "File exists", str(path))
        assert path.parent in self.directories
        self._change(path.parent, {path: content})

    def rename(self, source: Path, target: Path) -> None:
        if source not in self.content:
            raise FileNotFoundError(errno.ENOENT, "No such file", str(source))
        assert source.parent == target.parent
        self._change(source.parent, {source: None, target: self.content[source]})

    def duplicate(self, source: Path, target: Path) -> None:
        if target in self.content:
            raise FileExistsError(errno.EEXIST, "File exists", str(target))
        self._change(target.parent, {target: self.content[source]})

    def check_replaceable(self, path: Path) -> None:
        """Nothing can be told beforehand."""

    def unlink(self, path: Path) -> None:
        if path in self.content:
            self._change(path.parent, {path: None})

    def make_directory(self, path: Path) -> None:
        if path not in self.directories:
            self._change(path.parent, {path: DIRECTORY})

    def staying(self, directory: Path):
        """Every file is found at once."""
        return nullcontext()

    def sync_directory(self, path: Path) -> None:
        assert path in self.directories
        waiting, self._unsynced = self._unsynced, []
        twin = MemoryDisk()
        twin.content, twin.directories = self._durable
        for directory, changes in waiting:
            if directory == path:
                twin._apply(changes)
            else:
                self._unsynced.append((directory, changes))


def _ways_to_keep(changes: dict[Path, bytes | None]) -> list[dict[Path, bytes | None]]:
    """Return what may be left of *changes*, which are one operation's: all, nothing, half."""
    named = {path: content for path, content in changes.items() if content is not None}
    return [changes, {}] if named in ({}, changes) else [changes, {}, named]


@dataclass
class Faulty:
    """FileOps that raise *error* at mutating step number *at*, counted from 1.

    *mode* ``before``: nothing has happened; ``after``: all has; ``torn``: half of the octets are
    written. *lasting*: every later step fails as well, until `heal`.
    """

    disk: FileOps
    at: int = 0
    mode: str = "before"
    error: Callable[[], BaseException] = Crash
    lasting: bool = False
    steps: int = 0
    done: list[str] = field(default_factory=list)

    def __getattr__(self, name: str):
        return getattr(self.disk, name)  # kind, names, read

    def heal(self) -> None:
        self.at, self.lasting = 0, False

    def _step(self, name: str, *arguments) -> None:
        self.steps += 1
        self.done.append(name)
        fails = self.at and (self.steps == self.at or (self.lasting and self.steps > self.at))
        if fails and self.mode == "torn" and name == "write_new":
            path, content = arguments
            self.disk.write_new(path, content[: len(content) // 2])
            raise self.error()
        if fails and self.mode == "torn" and name == "duplicate":  # a copy, without hard links
            source, target = arguments
            content = self.disk.read(source, 1 << 28)
            self.disk.write_new(target, content[: len(content) // 2])
            raise self.error()
        if fails and self.mode != "after":
            raise self.error()
        getattr(self.disk, name)(*arguments)
        if fails:
            raise self.error()

    def write_new(self, path, content, *, sync=True):
        self._step("write_new", path, content)

    def rename(self, source, target):
        self._step("rename", source, target)

    def duplicate(self, source, target):
        self._step("duplicate", source, target)

    def unlink(self, path):
        self._step("unlink", path)

    def make_directory(self, path):
        self._step("make_directory", path)

    def sync_directory(self, path):
        self._step("sync_directory", path)


@dataclass
class Stubborn:
    """FileOps of a disk that never does what *refuses* says; a restart does not change its mind.

    It is asked with the operation (``from`` and ``to`` for the two sides of a rename) and a path.
    """

    disk: FileOps
    refuses: Callable[[str, Path], bool]
    asked: int = 0

    def _ask(self, operation: str, path: Path) -> None:
        self.asked += 1
        if self.refuses(operation, path):
            raise OSError(errno.EBUSY, "Device or resource busy", str(path))

    def kind(self, path):
        return self.disk.kind(path)

    def names(self, directory):
        return self.disk.names(directory)

    def read(self, path, limit):
        self._ask("read", path)
        return self.disk.read(path, limit)

    def write_new(self, path, content, *, sync=True):
        self._ask("write", path)
        self.disk.write_new(path, content)

    def rename(self, source, target):
        self._ask("from", source)
        self._ask("to", target)
        self.disk.rename(source, target)

    def duplicate(self, source, target):
        self._ask("read", source)
        self._ask("write", target)
        self.disk.duplicate(source, target)

    def unlink(self, path):
        self._ask("unlink", path)
        self.disk.unlink(path)

    def make_directory(self, path):
        self.disk.make_directory(path)

    def sync_directory(self, path):
        self._ask("sync", path)
        self.disk.sync_directory(path)

    def check_replaceable(self, path):
        """Nothing can be told beforehand."""

    def staying(self, directory):
        return self.disk.staying(directory)

    def heal(self):
        self.refuses = lambda operation, path: False


def no_space() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


def make_pair(common_name: str):
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER), key


@pytest.fixture(scope="session")
def pairs():
    """Three generations: certificate (DER) and key each."""
    return SimpleNamespace(**{name: make_pair(name) for name in ("older", "old", "new")})


@pytest.fixture
def bench():
    """The tools of this file, for the tests."""
    return SimpleNamespace(
        Crash=Crash,
        MemoryDisk=MemoryDisk,
        Faulty=Faulty,
        Stubborn=Stubborn,
        no_space=no_space,
        keystore=keystore,
        prepare=prepare,
        judge=judge,
        generation=generation,
        SCENARIOS=SCENARIOS,
        CERTIFICATE=CERTIFICATE,
        KEY=KEY,
    )


def keystore(files: FileOps, cf3: Path = CF3, state: Path = STATE, seed: int = 1) -> Keystore:
    """Return a keystore as a new process has it."""
    plain = files.disk if isinstance(files, Faulty) else files
    return Keystore(cf3, Seal(state / "chassis.key", SeededEntropy(seed), plain), files)


SCENARIOS = ("pair", "pair with .previous", "certificate only", "nothing but .previous", "nothing")


def prepare(store: Keystore, scenario: str, pairs) -> None:
    """Bring the keystore into the state before the swap."""
    if "previous" in scenario:
        store.put("certificate", CERTIFICATE, pairs.older[0])
        store.put("key", KEY, keys.private_der(pairs.older[1]))
    if scenario == "nothing":
        store.put("certificate", "other.crt", pairs.older[0])  # makes chassis key and directory
        return
    if "previous" in scenario:
        store.swap(CERTIFICATE, pairs.old[0], KEY, pairs.old[1])
    else:
        store.put("certificate", CERTIFICATE, pairs.old[0])
        store.put("key", KEY, keys.private_der(pairs.old[1]))
    if scenario == "certificate only":
        store.remove(KEY)
    if scenario == "nothing but .previous":
        store.remove(CERTIFICATE)
        store.remove(KEY)


def generation(store: Keystore, pairs, suffix: str = "") -> str:
    """Return which generation is stored: ``old``, ``new``, ``none``, ... or ``mixed``."""
    certificate, key = CERTIFICATE + suffix, KEY + suffix
    there = store.exists(certificate), store.exists(key)
    if there == (True, False):
        return (
            "certificate only" if store.read_certificate(certificate) == pairs.old[0] else "mixed"
        )
    if there != (True, True):
        return "mixed" if any(there) else "none"
    found = store.read_pair(certificate, key)
    for name, (der, private) in vars(pairs).items():
        if found[0] == der and keys.private_der(found[1]) == keys.private_der(private):
            return name
    return "mixed"


BEFORE = {  # what each scenario starts with: the pair and its .previous
    "pair": ("old", "none"),
    "pair with .previous": ("old", "older"),
    "certificate only": ("certificate only", "none"),
    "nothing but .previous": ("none", "older"),
    "nothing": ("none", "none"),
}
AFTER = {
    "pair": ("new", "old"),
    "pair with .previous": ("new", "old"),
    "certificate only": ("new", "certificate only"),
    "nothing but .previous": ("new", "none"),
    "nothing": ("new", "none"),
}


def judge(store: Keystore, scenario: str, pairs, names: list[str]) -> str:
    """Return ``old`` or ``new``, having found everything to be wholly so; *names* are on disk."""
    found = generation(store, pairs), generation(store, pairs, ".previous")
    assert found in (BEFORE[scenario], AFTER[scenario]), found
    assert not [name for name in met(0, names) if name.startswith(".")], names
    return "new" if found == AFTER[scenario] else "old"
