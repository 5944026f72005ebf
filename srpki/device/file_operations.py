"""``file``: the operator's files on ``cf3:``.

Imported files are sealed and not the operator's: they are listed, and may be removed, through the
keystore, so that the engine learns of it; every other command keeps away from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import InvalidInputError, NotFoundError
from srpki.device.operations import Inputs, Operation, Outcome, flag, text, told
from srpki.device.results import FileText, Lines
from srpki.keystore.names import display

if TYPE_CHECKING:
    from srpki.device.router import Router


def list_directory(router: Router, inputs: Inputs) -> Outcome:
    """List a directory of the compact flash."""
    return Outcome(data=router.files.listing(text(inputs, "url", "cf3:")))


def show(router: Router, inputs: Inputs) -> Outcome:
    """Show a text file."""
    url = text(inputs, "url")
    content = router.files.read_own(url)
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


def checksum(router: Router, inputs: Inputs) -> Outcome:
    """Compute the checksum of a file."""
    url, kind = text(inputs, "url"), text(inputs, "type")
    content = router.files.read_own(url)
    if kind == "image":
        raise InvalidInputError(f'"{display(url)}" is not a software image')
    import hashlib  # noqa: PLC0415 - start-up time

    digest = hashlib.new(kind, content, usedforsecurity=False).hexdigest()
    return Outcome(data=Lines(lines=(f"{kind} checksum of {display(url)}: {digest}",)))


def copy(router: Router, inputs: Inputs) -> Outcome:
    """Copy a file."""
    source, target = text(inputs, "source-url"), text(inputs, "destination-url")
    router.files.copy(source, target, force=flag(inputs, "force"))
    return told(f"Copying file {display(source)} ... OK", "1 file copied.")


def move(router: Router, inputs: Inputs) -> Outcome:
    """Move or rename a file or directory."""
    source, target = text(inputs, "source-url"), text(inputs, "destination-url")
    router.files.move(source, target, force=flag(inputs, "force"))
    return told(f"Moving file {display(source)} ... OK", "1 file moved.")


def remove(router: Router, inputs: Inputs) -> Outcome:
    """Remove a file; an imported one is gone for the engine too."""
    url = text(inputs, "url")
    imported = router.files.imported_name(url)
    if imported:
        try:
            router.keystore.remove(imported)
        except NotFoundError:
            raise NotFoundError("File Not Found", hint=f'"{display(url)}"') from None
        router.engine.file_changed(imported)
    else:
        router.files.remove(url)
    return told(f"Deleting file {display(url)} ... OK")


def make_directory(router: Router, inputs: Inputs) -> Outcome:
    """Make a directory."""
    router.files.make_directory(text(inputs, "url"))
    return Outcome()


def remove_directory(router: Router, inputs: Inputs) -> Outcome:
    """Remove a directory."""
    router.files.remove_directory(text(inputs, "url"), recursive=flag(inputs, "recursive"))
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
