"""The operator's files for clients of SFTP and SCP, by the rules that ``file`` has.

A file that is open is held in memory, so that what is handed in lands whole or not at all.
"""

from __future__ import annotations

import asyncio
import stat
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import asyncssh

from srpki.core.errors import InvalidNameError, NotAuthorizedError, NotFoundError, SrpkiError
from srpki.core.record import Record
from srpki.device.flash import MAX_OWN
from srpki.frontend.serve.flashpaths import path_of, url_of
from srpki.management.access.files import reached

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from srpki.device.filesystem import FileSystem
    from srpki.device.records.files import FileEntry
    from srpki.management.session import CallerSession

Found = TypeVar("Found")

MOST_OPEN: Final = 32
"""Most files that one client has open."""
MOST_READ: Final = 1 << 18
"""Most octets that one request reads."""
MOST_UNSENT: Final = 1 << 20
"""Octets that wait to be sent to a client, before the next request is answered."""
MOST_HELD: Final = 1 << 26
"""Octets of all open files of a process."""
PATIENCE: Final = 60.0
"""Seconds after which a client that takes nothing of what it asked for is given up."""
_LOOK_AGAIN: Final = 0.05

_WRITES: Final = asyncssh.FXF_WRITE | asyncssh.FXF_APPEND


def _nothing_like_it(*arguments: object) -> NoReturn:
    """Refuse what a compact flash has not: links, locks, counts of blocks."""
    del arguments
    raise asyncssh.SFTPOpUnsupported("a compact flash has nothing like it")


class Store:
    """How much the open files of a process hold; safe between threads."""

    def __init__(self, most: int = MOST_HELD) -> None:
        """Let them hold *most* octets."""
        self._left = most
        self._lock = threading.Lock()

    def take(self, octets: int) -> None:
        """Hold so many *octets* more; raises `SFTPFailure` where that is too much."""
        with self._lock:
            if octets > self._left:
                raise asyncssh.SFTPFailure("too much is being transferred now: try later")
            self._left -= octets

    def give(self, octets: int) -> None:
        """Hold so many *octets* less."""
        with self._lock:
            self._left += octets


class OpenFile(Record, frozen=False):
    """A file that a client has opened: its *content* lands at *url* if it is *written*.

    One that has *failed* never lands.
    """

    url: str
    content: bytearray
    written: bool
    appended: bool = False
    failed: bool = False


class NodeFiles(asyncssh.SFTPServer):
    """The files on ``cf3:`` of one node, for one client."""

    def __init__(
        self,
        chan: asyncssh.SSHServerChannel[bytes],
        session: CallerSession,
        files: Callable[[], FileSystem],
        *,
        home: str,
        working: Executor,
        store: Store,
    ) -> None:
        """Serve *files* over *chan* for who is logged in by *session*, by threads of *working*.

        Paths begin in *home*, a URL. What is open is held in *store*.
        """
        super().__init__(chan)
        self._session = session
        self._loop = asyncio.get_running_loop()
        session.wake = self._cut_off
        self._files = files
        self._home = home
        self._working = working
        self._store = store
        self._open: list[OpenFile] = []
        self._listings = 0

    # --- open files ------------------------------------------------------------------------------

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open the file at *path* as *pflags* say; the mode that *attrs* ask for stays 0600."""
        del attrs
        if len(self._open) >= MOST_OPEN:
            raise asyncssh.SFTPFailure(f"at most {MOST_OPEN} files may be open")
        command = "copy" if pflags & _WRITES else "show"
        found = await self._done(lambda: self._opened(self._allowed(command, path), pflags))
        self._open.append(found)
        return found

    def _opened(self, url: str, pflags: int) -> OpenFile:
        files = self._files()
        written = bool(pflags & _WRITES)
        content = b""
        if written:
            files.check_receivable(url)
        if not (written and pflags & asyncssh.FXF_TRUNC):
            content = self._content(files, url, pflags)
        self._store.take(len(content))
        return OpenFile(url, bytearray(content), written, bool(pflags & asyncssh.FXF_APPEND))

    @staticmethod
    def _content(files: FileSystem, url: str, pflags: int) -> bytes:
        try:
            content = files.read_own(url)
        except NotFoundError:
            if pflags & asyncssh.FXF_CREAT and pflags & _WRITES:
                return b""
            raise
        if pflags & asyncssh.FXF_EXCL:
            raise asyncssh.SFTPFailure("the file exists already")
        return content

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Return at most *size* octets of an open file, from *offset*."""
        assert isinstance(file_obj, OpenFile)
        file = file_obj
        return await self._done(
            lambda: bytes(file.content[offset : offset + min(size, MOST_READ)]), here=True
        )

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Put *data* into an open file at *offset*."""
        assert isinstance(file_obj, OpenFile)
        file = file_obj

        def put() -> int:
            at = len(file.content) if file.appended else offset
            try:
                self._grow(file, at + len(data))
            except asyncssh.SFTPError:
                file.failed = True
                raise
            file.content[at : at + len(data)] = data
            return len(data)

        return await self._done(put, here=True)

    def _grow(self, file: OpenFile, size: int) -> None:
        if not file.written:
            raise asyncssh.SFTPPermissionDenied("the file was not opened to be written")
        if size > MAX_OWN:
            raise asyncssh.SFTPFailure(f"a file has at most {MAX_OWN} octets")
        if (more := size - len(file.content)) > 0:
            self._store.take(more)
            file.content.extend(bytes(more))

    async def close(self, file_obj: object) -> None:
        """Let what was written land; nothing does of a client who has gone half-way."""
        assert isinstance(file_obj, OpenFile)
        file = file_obj
        # The library closes files, too, while it raises what has gone wrong.
        cut_off = sys.exc_info()[0] is not None or self.channel.is_closing()
        try:
            if file.written and not file.failed and not cut_off:
                await self._done(lambda: self._files().receive(file.url, bytes(file.content)))
        finally:
            self._forget(file)

    def _forget(self, file: OpenFile) -> None:
        if file in self._open:
            self._open.remove(file)
            self._store.give(len(file.content))

    def exit(self) -> None:
        """Forget what is open: nothing of it lands."""
        for file in tuple(self._open):
            self._forget(file)
        self._session.close()
        with suppress(OSError):
            self.channel.exit(0)  # without it scp takes a transfer for a failure

    def _cut_off(self) -> None:
        """Hang up, once the session has been ended from outside; called by any thread."""
        if self._session.gone:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self.channel.abort)

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """Return the attributes of an open file."""
        assert isinstance(file_obj, OpenFile)
        return asyncssh.SFTPAttrs(size=len(file_obj.content), permissions=stat.S_IFREG | 0o600)

    def fsync(self, file_obj: object) -> None:
        """Do nothing: what lands is synchronised."""

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Cut an open file where *attrs* say so; times and modes are the node's own."""
        assert isinstance(file_obj, OpenFile)
        if attrs.size is None:
            return
        self._grow(file_obj, attrs.size)
        self._store.give(len(file_obj.content) - attrs.size)
        del file_obj.content[attrs.size :]

    # --- names -----------------------------------------------------------------------------------

    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """Return the attributes of what is at *path*."""
        return await self._done(
            lambda: _attributes(self._files().entry(self._allowed("list", path)))
        )

    lstat = stat

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Do nothing: times and modes are the node's own."""

    lsetstat = setstat

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """Yield what is in the directory at *path*."""
        if self._listings >= MOST_OPEN:
            raise asyncssh.SFTPFailure(f"at most {MOST_OPEN} directories may be listed at once")
        self._listings += 1
        try:
            found = await self._done(lambda: self._files().entries(self._allowed("list", path)))
            directory = asyncssh.SFTPAttrs(permissions=stat.S_IFDIR | 0o700)
            for name in (b".", b".."):
                yield asyncssh.SFTPName(name, attrs=directory)
            for entry in found:
                yield asyncssh.SFTPName(entry.name.encode(), attrs=_attributes(entry))
        finally:
            self._listings -= 1

    async def realpath(self, path: bytes) -> bytes:
        """Return the whole path of *path*."""
        return await self._done(lambda: path_of(self._url(path)), here=True)

    async def remove(self, path: bytes) -> None:
        """Remove the file at *path*."""
        await self._done(lambda: self._files().remove(self._allowed("remove", path)))

    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Make the directory *path* (mode 0700)."""
        del attrs
        await self._done(
            lambda: self._files().make_directory(self._allowed("make-directory", path))
        )

    async def rmdir(self, path: bytes) -> None:
        """Remove the empty directory at *path*."""
        await self._done(
            lambda: self._files().remove_directory(self._allowed("remove-directory", path))
        )

    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give what is at *oldpath* another name, which is free."""
        await self._moved(oldpath, newpath)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give what is at *oldpath* another name, in the place of a file there."""
        await self._moved(oldpath, newpath, force=True)

    async def _moved(self, oldpath: bytes, newpath: bytes, *, force: bool = False) -> None:
        await self._done(
            lambda: self._files().move(
                self._allowed("move", oldpath), self._allowed("move", newpath), force=force
            )
        )

    _none: Any = _nothing_like_it
    open56 = readlink = symlink = link = lock = unlock = statvfs = fstatvfs = _none

    # --- how it is done --------------------------------------------------------------------------

    def _url(self, path: bytes) -> str:
        return url_of(path, self._home)

    def _allowed(self, command: str, path: bytes) -> str:
        """Return the URL that *path* means; raises what who may not do ``file`` *command* is told.

        Asked again for each request: a commit may have changed it.
        """
        url, rights = self._url(path), self._session.rights
        changes = command not in ("list", "show")
        if not (rights.permits(f"file {command}") and reached(rights, url, changes=changes)):
            self._tell_refusal(f"file {command} {url}")
            raise NotAuthorizedError(f"file {command}")
        return url

    def _tell_refusal(self, command: str) -> None:
        login = self._session.caller("").session
        if login is not None:
            self._session.device.announcer.not_permitted(login, "md", command, edits=False)

    async def _done(self, do: Callable[[], Found], *, here: bool = False) -> Found:
        """Return what *do* does, by a thread unless it can be done *here*; raises `SFTPError`.

        A client that does not take what it asked for waits, and is given up in the end.
        """
        try:
            await self._taken()
            self._session.begin()
            if here:
                return do()
            return await self._loop.run_in_executor(self._working, do)
        except SrpkiError as error:
            raise _refusal(error) from None

    async def _taken(self) -> None:
        """Wait until the client has taken what it was sent; raises `SFTPConnectionLost`."""
        left = PATIENCE
        while self.channel.get_write_buffer_size() > MOST_UNSENT:
            if left <= 0:
                self.channel.abort()
                raise asyncssh.SFTPConnectionLost("nothing is taken of what was asked for")
            await asyncio.sleep(_LOOK_AGAIN)
            left -= _LOOK_AGAIN


def _attributes(entry: FileEntry) -> asyncssh.SFTPAttrs:
    directory = entry.size is None
    at = int(entry.modified.timestamp())
    return asyncssh.SFTPAttrs(
        type=asyncssh.FILEXFER_TYPE_DIRECTORY if directory else asyncssh.FILEXFER_TYPE_REGULAR,
        size=entry.size or 0,
        permissions=stat.S_IFDIR | 0o700 if directory else stat.S_IFREG | 0o600,
        atime=at,
        mtime=at,
        nlink=1,
        uid=0,
        gid=0,
    )


def _refusal(error: SrpkiError) -> asyncssh.SFTPError:
    """Return *error* as the protocol has it [draft-ietf-secsh-filexfer-02, section 7]."""
    if isinstance(error, NotFoundError):
        return asyncssh.SFTPNoSuchFile(str(error))
    if isinstance(error, (InvalidNameError, NotAuthorizedError)):
        return asyncssh.SFTPPermissionDenied(str(error))
    return asyncssh.SFTPFailure(str(error))
