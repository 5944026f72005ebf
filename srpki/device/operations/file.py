"""``file``: the operator's files on ``cf3:``.

Imported files are sealed and not the operator's: they are listed, and may be removed, through the
keystore, so that the engine learns of it; every other command keeps away from them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from srpki.core.errors import InvalidInputError, NotFoundError, SrpkiError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.files import (
    CopiedFiles,
    DirectoryChange,
    FileChecksum,
    FileText,
    MovedFile,
    RemovedFiles,
    WorkingDirectory,
)
from srpki.device.wildcards import wildcard
from srpki.storage.urls import display


def list_directory(call: Call) -> Outcome:
    """List a directory of the compact flash."""
    return Outcome(data=call.node.files.listing(call.text("url", "cf3:")))


def show(call: Call) -> Outcome:
    """Show a text file."""
    url = call.text("url")
    content = call.node.files.read_own(url)
    shown = display(url)
    try:
        written = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _no_text(shown) from None
    if "\0" in written:
        raise _no_text(shown)
    return Outcome(data=FileText(url=shown, text=written))


def _no_text(shown: str) -> InvalidInputError:
    return InvalidInputError(f'"{shown}" is not a text file', hint="it can be copied or exported")


def checksum(call: Call) -> Outcome:
    """Compute the checksum of a file."""
    url, kind = call.text("url"), call.text("type")
    content = call.node.files.read_own(url)
    if kind == "image":
        raise InvalidInputError(f'"{display(url)}" is not a software image')
    import hashlib  # noqa: PLC0415 - start-up time

    digest = hashlib.new(kind, content, usedforsecurity=False).hexdigest()
    return Outcome(data=FileChecksum(url=display(url), type=kind, checksum=digest))


def change_directory(call: Call) -> Outcome:
    """Check that there is the directory that a session wants to go to: it remembers it itself."""
    url = call.node.files.directory(call.text("url", "cf3:"))
    return Outcome(data=WorkingDirectory(url=url))


def copy(call: Call) -> Outcome:
    """Copy a file, or all that a wildcard stands for into a directory."""
    source, target = call.text("source-url"), call.text("destination-url")
    force, shown = call.flag("force"), display(target)
    if wildcard(source) is None:
        call.node.files.copy(source, target, force=force)
        return Outcome(data=CopiedFiles(destination_url=shown, file=(display(source),)))
    sources = call.node.files.matching(source)
    call.node.files.check_copies(sources, target, force=force)
    done, error = _each(sources, lambda one: call.node.files.copy(one, target, force=force))
    copied = CopiedFiles(destination_url=shown, file=done, error=error)
    return Outcome(ok=error is None, data=copied)


def _each(urls: Sequence[str], do: Callable[[str], None]) -> tuple[tuple[str, ...], str | None]:
    """Do something to each of *urls* until one fails; return those done, and the error if any."""
    done: list[str] = []
    for url in urls:
        try:
            do(url)
        except SrpkiError as error:
            return tuple(done), str(error)
        done.append(url)
    return tuple(done), None


def move(call: Call) -> Outcome:
    """Move or rename a file or directory."""
    source, target = call.text("source-url"), call.text("destination-url")
    call.node.files.move(source, target, force=call.flag("force"))
    return Outcome(data=MovedFile(source_url=display(source), destination_url=display(target)))


def remove(call: Call) -> Outcome:
    """Remove a file, or all that a wildcard stands for.

    An imported one, which no wildcard stands for, is gone for the engine too.
    """
    url = call.text("url")
    if wildcard(url) is not None:
        done, error = _each(call.node.files.matching(url), call.node.files.remove)
        return Outcome(ok=error is None, data=RemovedFiles(file=done, error=error))
    imported = call.node.files.imported_name(url)
    if imported:
        try:
            call.node.keystore.remove(imported)
        except NotFoundError:
            raise NotFoundError("File Not Found", hint=f'"{display(url)}"') from None
        call.node.engine.file_changed(imported)
    else:
        call.node.files.remove(url)
    return Outcome(data=RemovedFiles(file=(display(url),)))


def make_directory(call: Call) -> Outcome:
    """Make a directory."""
    url = call.text("url")
    call.node.files.make_directory(url)
    return Outcome(data=DirectoryChange(url=display(url)))


def remove_directory(call: Call) -> Outcome:
    """Remove a directory."""
    url = call.text("url")
    call.node.files.remove_directory(url, recursive=call.flag("recursive"))
    return Outcome(data=DirectoryChange(url=display(url)))


OPERATIONS: dict[str, Operation] = {
    "file.change-directory": change_directory,
    "file.checksum": checksum,
    "file.copy": copy,
    "file.list": list_directory,
    "file.make-directory": make_directory,
    "file.move": move,
    "file.remove": remove,
    "file.remove-directory": remove_directory,
    "file.show": show,
}
