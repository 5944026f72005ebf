"""Ways to files below one directory: walked from there, one directory after the other.

No component below the root is followed when it is a symbolic link. Each way is walked anew, but for
those to what lies right in the directory in which a thread is `Walker.staying`.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

_WALKED: Final = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
_LISTED: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PRIVATE: Final = 0o600


@lru_cache(maxsize=512)
def below(directory: Path, name: str) -> Path:
    """Return the path of *name* in *directory*; kept, for it is taken apart again and again."""
    return directory / name


class Parent:
    """An open directory and a name in it, for one block; it is closed then unless it is *kept*."""

    __slots__ = ("_descriptor", "_kept", "_name")

    def __init__(self, descriptor: int, name: str, *, kept: bool = False) -> None:
        self._descriptor, self._name, self._kept = descriptor, name, kept

    def __enter__(self) -> tuple[int, str]:
        return self._descriptor, self._name

    def __exit__(self, *_error: object) -> None:
        if not self._kept:
            os.close(self._descriptor)


class _Stay(threading.local):
    """The directory that a thread stays in: how it is called, and its descriptor once walked to."""

    where: str | None = None
    descriptor = -1


class _Staying:
    """A block in which a thread stays in the directory *where*, and comes back afterwards."""

    __slots__ = ("_former", "_stay", "_where")

    def __init__(self, stay: _Stay, where: str) -> None:
        self._stay, self._where = stay, where
        self._former = stay.where, stay.descriptor

    def __enter__(self) -> None:
        self._stay.where, self._stay.descriptor = self._where, -1

    def __exit__(self, *_error: object) -> None:
        descriptor = self._stay.descriptor
        self._stay.where, self._stay.descriptor = self._former
        if descriptor >= 0:
            os.close(descriptor)


class Walker:
    """Walks from the directory *root*, which may itself be a link; safe between threads."""

    def __init__(self, root: Path) -> None:
        """Begin at *root*, which need not exist yet."""
        self._root = root
        self._names = root.parts
        self._stay = _Stay()

    def parent(self, path: Path) -> Parent:
        """Return the directory that *path* lies in, for a block, with what it is called there.

        Raises `ValueError` for what is not below the root, and `OSError`.
        """
        above, _, name = str(path).rpartition(os.sep)
        stay = self._stay
        if above != stay.where:
            return self._walked(path)
        return Parent(
            stay.descriptor if stay.descriptor >= 0 else self._stayed_in(), name, kept=True
        )

    @contextmanager
    def directory(self, path: Path) -> Iterator[int]:
        """Give a descriptor of the directory *path* for names in it; raises as `parent`."""
        if str(path) == self._stay.where:
            yield self._stayed_in()
            return
        with self.parent(path) as (above, name), opened(name, _LISTED, above) as descriptor:
            yield descriptor

    def staying(self, directory: Path) -> AbstractContextManager[None]:
        """Walk to *directory* once for all that this thread does right in it inside the block.

        It is walked to when it is first needed, and need not exist before. Should another directory
        take its name meanwhile, the block goes on in the one that it has begun in.
        """
        where = str(directory)
        return nullcontext() if self._stay.where == where else _Staying(self._stay, where)

    def _stayed_in(self) -> int:
        stay = self._stay
        if stay.descriptor < 0:
            assert stay.where is not None
            with self._walked(Path(stay.where)) as (above, name):
                stay.descriptor = open_name(name, _LISTED, above)
        return stay.descriptor

    def _walked(self, path: Path) -> Parent:
        names, depth = path.parts, len(self._names)
        if names[:depth] != self._names or path.anchor != self._root.anchor:
            raise ValueError(f"{str(path)!r} is not below {str(self._root)!r}")
        *above, name = names[depth:] or (".",)
        directory = os.open(self._root, _WALKED)
        try:
            for component in above:
                inner = open_name(component, _WALKED, directory)
                os.close(directory)
                directory = inner
        except BaseException:
            os.close(directory)
            raise
        return Parent(directory, name)


def open_name(name: str, flags: int, directory: int) -> int:
    """Open *name* in *directory*, but not through a link; raises `OSError`."""
    try:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE, dir_fd=directory)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR) and _is_link(name, directory):
            text = f"{name!r} is a symbolic link, which is not followed"
            raise OSError(errno.ELOOP, text, name) from None
        raise


@contextmanager
def opened(name: str, flags: int, directory: int) -> Iterator[int]:
    """Open *name* as `open_name` does for a block."""
    descriptor = open_name(name, flags, directory)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def check_directory(name: str, directory: int) -> None:
    """Raise `OSError` unless *name* in *directory* is a directory, and not a link to one."""
    with opened(name, _WALKED, directory):
        pass


def link(name: str, other: str, directory: int) -> None:
    """Give the file *name* in *directory* the further name *other*; raises `OSError`."""
    os.link(name, other, src_dir_fd=directory, dst_dir_fd=directory, follow_symlinks=False)


def _is_link(name: str, directory: int) -> bool:
    with suppress(OSError):
        return stat.S_ISLNK(os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode)
    return False
