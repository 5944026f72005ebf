"""File operations below one directory, one call a step, so that tests can fail at every one.

Whoever can write into a node directory, or hands one on, must not lead the program out of it: no
component of a path below the root is followed when it is a symbolic link, and nothing but regular
files is opened, without waiting. Each path is walked from the root anew, directory by directory.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Final, Protocol

from srpki.core.errors import StorageError
from srpki.storage.walking import Walker, below, check_directory, link, open_name

MAX_COPY: Final = 1 << 28
"""Octets of a file that is copied where it cannot have a second name."""
MAX_WALK: Final = 100_000
"""Most names that `OsFiles.walk` looks at."""

_CHUNK: Final = 1 << 16


class FileOps(Protocol):
    """What a room that must survive a crash may do to a disk. Every method raises `OSError`."""

    def kind(self, path: Path) -> str:
        """Return ``absent``, ``file``, ``directory`` or ``other`` (a link, a device)."""
        ...

    def names(self, directory: Path) -> list[str]:
        """Return the names in *directory*, sorted; none when it does not exist."""
        ...

    def read(self, path: Path, limit: int) -> bytes:
        """Return the content of the regular file at *path*, *limit* octets at most."""
        ...

    def write_new(self, path: Path, content: bytes, *, sync: bool = True) -> None:
        """Create *path*, which must not exist, with mode 0600; write and sync *content*."""
        ...

    def rename(self, source: Path, target: Path) -> None:
        """Give *source* the name *target*, taking the place of a file there, in one step."""
        ...

    def duplicate(self, source: Path, target: Path) -> None:
        """Give the file *source* the further name *target*, which must not exist, or copy it.

        A copy, where the file system has no hard links, is synced but may end half-way in a crash.
        """
        ...

    def check_replaceable(self, path: Path) -> None:
        """Raise when it can be told beforehand that another file could not take *path*'s name."""
        ...

    def unlink(self, path: Path) -> None:
        """Remove the file at *path*; nothing there is no error."""
        ...

    def make_directory(self, path: Path) -> None:
        """Make the directory *path* with mode 0700; one there already is no error."""
        ...

    def sync_directory(self, path: Path) -> None:
        """Make the names in *path* survive a power cut."""
        ...

    def staying(self, directory: Path) -> AbstractContextManager[None]:
        """Find *directory* once for all that this thread does right in it inside the block."""
        ...


class OsFiles:
    """The operating system's files at and below the directory *root*, which may itself be a link.

    A link on the way is `OSError` with ``ELOOP``; a path that is not below the root `ValueError`.
    """

    def __init__(self, root: Path) -> None:
        """Serve *root*, which need not exist yet."""
        self._root = root
        self._walker = Walker(root)

    # --- looking ---------------------------------------------------------------------------------

    def kind(self, path: Path) -> str:
        """Return ``absent``, ``file``, ``directory`` or ``other`` (a link, a device)."""
        try:
            mode = self.facts(path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return "absent"
        if stat.S_ISREG(mode):
            return "file"
        return "directory" if stat.S_ISDIR(mode) else "other"

    def facts(self, path: Path) -> os.stat_result:
        """Return what the system knows of *path* itself, not of what a link there leads to."""
        with self._walker.parent(path) as (directory, name):
            return os.stat(name, dir_fd=directory, follow_symlinks=False)

    def names(self, directory: Path) -> list[str]:
        """Return the names in *directory*, sorted; none when it does not exist."""
        try:
            with self.directory(directory) as listed:
                return sorted(os.listdir(listed))  # noqa: PTH208 - a descriptor
        except FileNotFoundError:
            return []

    def directory(self, path: Path) -> AbstractContextManager[int]:
        """Give a descriptor of the directory *path* for names in it."""
        return self._walker.directory(path)

    def staying(self, directory: Path) -> AbstractContextManager[None]:
        """Walk to *directory* once for all that this thread does right in it inside the block."""
        return self._walker.staying(directory)

    def walk(self, directory: Path) -> Iterator[Path]:
        """Yield every regular file at and below *directory*; what cannot be listed is left out."""
        seen = 0
        waiting = [directory]
        while waiting:
            place = waiting.pop()
            with suppress(OSError):
                for name in self.names(place):
                    seen += 1
                    if seen > MAX_WALK:
                        return
                    kind = self.kind(place / name)
                    if kind == "directory":
                        waiting.append(place / name)
                    elif kind == "file":
                        yield place / name

    def free(self) -> int:
        """Return how many octets can still be written."""
        found = os.statvfs(self._root)
        return found.f_bavail * found.f_frsize

    # --- content ---------------------------------------------------------------------------------

    def open(self, path: Path, flags: int) -> int:
        """Return a descriptor of the regular file at *path*, made with mode 0600 if *flags* say so.

        Never waits: a pipe or a device in its place is an error.
        """
        with self._walker.parent(path) as (directory, name):
            descriptor = open_name(name, flags | os.O_NONBLOCK, directory)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        return descriptor

    def read(self, path: Path, limit: int) -> bytes:
        """Return the content of the regular file at *path*, *limit* octets at most."""
        descriptor = self.open(path, os.O_RDONLY)
        try:
            chunks, left = [], limit + 1
            while left and (chunk := os.read(descriptor, min(left, _CHUNK))):
                chunks.append(chunk)
                left -= len(chunk)
        finally:
            os.close(descriptor)
        if not left:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
        return b"".join(chunks)

    def write_new(self, path: Path, content: bytes, *, sync: bool = True) -> None:
        """Create *path*, which must not exist, with mode 0600; write and sync *content*."""
        descriptor = self.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            _write(descriptor, content)
            if sync:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def append(self, path: Path, content: bytes) -> None:
        """Write *content* behind what is in the file at *path*, making it with mode 0600."""
        descriptor = self.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            _write(descriptor, content)
        finally:
            os.close(descriptor)

    # --- names -----------------------------------------------------------------------------------

    def make_root(self) -> None:
        """Make the root itself, with the directories above it, mode 0700; see `make_directory`."""
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def rename(self, source: Path, target: Path) -> None:
        """Give *source* the name *target*, taking the place of a file there, in one step."""
        with self._walker.parent(source) as (one, old), self._walker.parent(target) as (other, new):
            os.rename(old, new, src_dir_fd=one, dst_dir_fd=other)

    def duplicate(self, source: Path, target: Path) -> None:
        """Give the file *source* the further name *target*, which must not exist, or copy it."""
        try:
            with (
                self._walker.parent(source) as (one, old),
                self._walker.parent(target) as (other, new),
            ):
                os.link(old, new, src_dir_fd=one, dst_dir_fd=other, follow_symlinks=False)
        except OSError:  # FAT and many others have no hard links, each with an error of its own
            self.write_new(target, self.read(source, MAX_COPY))

    def check_replaceable(self, path: Path) -> None:
        """Raise when it can be told beforehand that another file could not take *path*'s name.

        A second name is refused to a file that is mounted alone (EXDEV), and to one of our own that
        is immutable (EPERM), as another file in its place would be. What has no hard links for
        other reasons tells nothing.
        """
        probe = path.with_name(f".{path.name}.probe.new")
        try:
            with self._walker.parent(path) as (directory, name):
                try:
                    link(name, probe.name, directory)
                except FileExistsError:  # of a process that was ended here
                    os.unlink(probe.name, dir_fd=directory)
                    link(name, probe.name, directory)
                os.unlink(probe.name, dir_fd=directory)
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno == errno.EXDEV:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path)) from None
            own = self.facts(path).st_uid == os.geteuid()
            if error.errno == errno.EPERM and own and self._links(path.parent):
                raise

    def _links(self, directory: Path) -> bool:
        """Say whether a new file in *directory* can have a second name."""
        one, other = directory / ".probe.new", directory / ".probe2.new"
        self.unlink(one)
        self.write_new(one, b"", sync=False)
        try:
            with self._walker.parent(one) as (place, name):
                link(name, other.name, place)
        except OSError:
            return False
        finally:
            self.unlink(one)
            self.unlink(other)
        return True

    def unlink(self, path: Path) -> None:
        """Remove the file at *path*; nothing there is no error."""
        with suppress(FileNotFoundError), self._walker.parent(path) as (directory, name):
            os.unlink(name, dir_fd=directory)

    def make_directory(self, path: Path) -> None:
        """Make the directory *path* with mode 0700; one there already is no error."""
        with self._walker.parent(path) as (directory, name):
            try:
                os.mkdir(name, 0o700, dir_fd=directory)
            except FileExistsError:
                check_directory(name, directory)

    def remove_directory(self, path: Path, *, recursive: bool = False) -> None:
        """Remove the directory *path*, which must be empty unless *recursive*."""
        with self._walker.parent(path) as (directory, name):
            if recursive:
                import shutil  # noqa: PLC0415 - start-up time

                shutil.rmtree(name, dir_fd=directory)
            else:
                os.rmdir(name, dir_fd=directory)

    def sync_directory(self, path: Path) -> None:
        """Make the names in *path* survive a power cut, where the file system knows how."""
        with self.directory(path) as directory:
            try:
                os.fsync(directory)
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                    raise


def _write(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def staged(path: Path) -> Path:
    """Return where the new content of *path* is written before it takes its place."""
    return below(path.parent, f".{path.name}.new")


def replace(files: FileOps, path: Path, content: bytes, *, sync: bool = True) -> None:
    """Put *content* at *path* by way of a temporary file (mode 0600); raises `OSError`.

    What was at *path* is still there then. Without *sync* the new content survives the end of the
    process, but perhaps not a power cut.
    """
    fresh = staged(path)
    with files.staying(path.parent):
        try:
            files.unlink(fresh)
            files.write_new(fresh, content, sync=sync)
            files.rename(fresh, path)
            if sync:
                files.sync_directory(path.parent)
        except OSError:
            with suppress(OSError):
                files.unlink(fresh)
            raise


def put_new(files: FileOps, path: Path, content: bytes) -> None:
    """Put *content* at *path* as `replace` does, but never over a file; raises `OSError`.

    Between the last look and the move only the owner of a lock can have made one.
    """
    fresh = staged(path)
    files.unlink(fresh)
    files.write_new(fresh, content)
    if files.kind(path) == "absent":
        files.rename(fresh, path)
    files.unlink(fresh)
    files.sync_directory(path.parent)


def replace_file(
    files: FileOps, path: Path, content: bytes, *, shown: str, sync: bool = True
) -> None:
    """As `replace`, but raises `StorageError`, which calls the file *shown*."""
    try:
        replace(files, path, content, sync=sync)
    except OSError as error:
        raise StorageError(f'write file "{shown}": {error.strerror}') from None


def sweep(files: OsFiles, directory: Path, *, but: str = "") -> None:
    """Remove what `replace` was about to write at and below *directory* when its process ended.

    Call it with the lock of the directory held. Only files that bear a name of `staged` are ours;
    what lies in directories called *but* is somebody else's.
    """
    for path in files.walk(directory):
        name = path.name
        ours = name.startswith(".") and name.endswith(".new") and len(name) > len(".") + len(".new")
        if ours and path.parent.name != but:
            with suppress(OSError):  # it is in nobody's way
                files.unlink(path)
