"""``file``: the operator's files on ``cf3:``.

Imported files are sealed and not the operator's: they are listed, and may be removed, through the
keystore, so that the engine learns of it; every other command keeps away from them.
"""

from __future__ import annotations

from srpki.core.errors import InvalidInputError, NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome, told
from srpki.device.results import FileText, Lines
from srpki.keystore.names import display


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
    return Outcome(data=Lines(lines=(f"{kind} checksum of {display(url)}: {digest}",)))


def copy(call: Call) -> Outcome:
    """Copy a file."""
    source, target = call.text("source-url"), call.text("destination-url")
    call.node.files.copy(source, target, force=call.flag("force"))
    return told(f"Copying file {display(source)} ... OK", "1 file copied.")


def move(call: Call) -> Outcome:
    """Move or rename a file or directory."""
    source, target = call.text("source-url"), call.text("destination-url")
    call.node.files.move(source, target, force=call.flag("force"))
    return told(f"Moving file {display(source)} ... OK", "1 file moved.")


def remove(call: Call) -> Outcome:
    """Remove a file; an imported one is gone for the engine too."""
    url = call.text("url")
    imported = call.node.files.imported_name(url)
    if imported:
        try:
            call.node.keystore.remove(imported)
        except NotFoundError:
            raise NotFoundError("File Not Found", hint=f'"{display(url)}"') from None
        call.node.engine.file_changed(imported)
    else:
        call.node.files.remove(url)
    return told(f"Deleting file {display(url)} ... OK")


def make_directory(call: Call) -> Outcome:
    """Make a directory."""
    call.node.files.make_directory(call.text("url"))
    return Outcome()


def remove_directory(call: Call) -> Outcome:
    """Remove a directory."""
    call.node.files.remove_directory(call.text("url"), recursive=call.flag("recursive"))
    return Outcome()


OPERATIONS: dict[str, Operation] = {
    "file.checksum": checksum,
    "file.copy": copy,
    "file.list": list_directory,
    "file.make-directory": make_directory,
    "file.move": move,
    "file.remove": remove,
    "file.remove-directory": remove_directory,
    "file.show": show,
}
