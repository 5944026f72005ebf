r"""Names of PKI files and compact-flash URLs: what may be used and where it leads.

Rules: fact sheet ``pki.md`` section 1. Both kinds of slash are read; ``cf3:\x`` is shown. A name
without a device is taken from the root of ``cf3:``. Names that begin with a dot are the keystore's
own (files on their way in), so an operator may not use them.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Final

from srpki.core.errors import InvalidNameError, StorageError

PREVIOUS: Final = ".previous"
"""What the name of the old one of a renewed pair ends in."""

_MAX_NAME: Final = 95
_MAX_NAME_OCTETS: Final = 200  # with ".previous" well under the 255 of common file systems
_MAX_URL: Final = 200
_ANY: Final = re.IGNORECASE | re.DOTALL
_URL: Final = re.compile(r"(?:(?P<device>cf[1-4](?:-[a-d])?):)?(?P<path>.*)", _ANY)
_COMPONENT: Final = re.compile(r"[a-zA-Z0-9._\-\s]{1,99}")


def file_name(text: str) -> str:
    r"""Return *text* when it may name a file of ``system-pki``.

    1 to 95 characters, not all blank, no ``\``, ``:`` or ``/`` (YANG pki-file-name); and, decided
    here: no control characters, no dot at the beginning.

    Raises:
        InvalidNameError: when it may not.
    """
    if not 1 <= len(text) <= _MAX_NAME:
        raise InvalidNameError(
            f"a file name has 1 to {_MAX_NAME} characters, not {len(text)}", hint="shorten it"
        )
    if not text.strip():
        raise InvalidNameError("File name must not be all spaces")
    if any(character in "\\:/" for character in text):
        raise InvalidNameError("File name must not contain a path", hint="name the file alone")
    if not text.isprintable():
        raise InvalidNameError("a file name must not contain control characters")
    if text.startswith("."):
        raise InvalidNameError(f"file name '{text}' begins with a dot", hint="use another name")
    if len(text.encode()) > _MAX_NAME_OCTETS:
        raise InvalidNameError(f"a file name has at most {_MAX_NAME_OCTETS} octets in UTF-8")
    return text


def new_file_name(text: str) -> str:
    """Return *text* when a file may be written under it; raises `InvalidNameError`.

    As `file_name`, but names that end in ``.previous`` are left to renewals.
    """
    if file_name(text).lower().endswith(PREVIOUS):
        raise InvalidNameError(
            f"file name '{text}' ends in {PREVIOUS}, which renewals use", hint="use another name"
        )
    return text


def resolve(url: str, cf3: Path) -> Path:
    r"""Return where *url* leads inside the directory *cf3*; nothing needs to exist there.

    ``cf3:\a\b``, ``cf3:/a/b`` and ``a/b`` are the same; the device is read in either case.

    Raises:
        InvalidNameError: when it is not a cflash URL, leads out of ``cf3:``, names a compact flash
            that is not there, or passes through a symbolic link.
        StorageError: when a directory on the way cannot be looked at.
    """
    path = cf3
    for component in _components(url):
        path = path / component
        try:
            linked = stat.S_ISLNK(path.lstat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise StorageError(f'open "{display(url)}": {error.strerror}') from None
        if linked:
            raise InvalidNameError(f"'{display(url)}' passes through a symbolic link")
    return path


def _components(url: str) -> list[str]:
    if not 1 <= len(url) <= _MAX_URL:
        raise InvalidNameError(f"a URL has 1 to {_MAX_URL} characters, not {len(url)}")
    match = _parts(url)
    device = (match["device"] or "cf3").lower()
    if device not in ("cf3", "cf3-a"):
        raise InvalidNameError(f"compact flash {device}: is not present", hint="use cf3:")
    path = match["path"].replace("\\", "/")
    parts = path.removeprefix("/").removesuffix("/")
    return [_component(part) for part in parts.split("/")] if parts else []


def _parts(url: str) -> re.Match[str]:
    match = _URL.fullmatch(url)
    assert match is not None  # every part of the pattern may be empty
    return match


def _component(part: str) -> str:
    if len(part) > 99:
        raise InvalidNameError("Filename must be at most 99 characters long")
    if not _COMPONENT.fullmatch(part) or not part.strip() or not part.isprintable():
        raise InvalidNameError(
            "The given string is not a valid cflash URL.",
            hint=r"as in cf3:\certificates\gw.crt",
        )
    if part.startswith("."):
        raise InvalidNameError(f"'{part}' in a URL begins with a dot", hint="write the whole path")
    return part


def is_component(name: str) -> bool:
    """Return whether *name* may stand in a URL."""
    try:
        return _component(name) == name
    except InvalidNameError:
        return False


def display(url: str) -> str:
    r"""Return *url* as SR OS prints it: ``cf3:\a\b``; never raises."""
    match = _parts(url)
    path = match["path"].replace("/", "\\").lstrip("\\")
    return f"{(match['device'] or 'cf3').lower()}:\\{path}"
