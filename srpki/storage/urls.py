r"""Compact-flash URLs: what may be written, and where it leads.

Rules: fact sheet ``pki.md`` section 1. Both kinds of slash are read; ``cf3:\x`` is shown. A name
without a device is taken from the root of ``cf3:``. Names that begin with a dot are the program's
own (files on their way in), so an operator may not use them.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Final

from srpki.core.errors import InvalidNameError, StorageError
from srpki.core.patterns import regex

_MAX_URL: Final = 200
_ANY: Final = re.IGNORECASE | re.DOTALL
_URL: Final = regex(r"(?:(?P<device>cf[1-4](?:-[a-d])?):)?(?P<path>.*)", _ANY)
_COMPONENT: Final = regex(r"[a-zA-Z0-9._\-\s]{1,99}")


def resolve(url: str, cf3: Path) -> Path:
    r"""Return where *url* leads inside the directory *cf3*; nothing needs to exist there.

    ``cf3:\a\b``, ``cf3:/a/b`` and ``a/b`` are the same; the device is read in either case.

    Raises:
        InvalidNameError: when it is not a cflash URL, leads out of ``cf3:``, names a compact flash
            that is not there, or passes through a symbolic link.
        StorageError: when a directory on the way cannot be looked at.
    """
    path = cf3
    for component in components(url):
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


def components(url: str) -> list[str]:
    """Return the names that lead from the root of ``cf3:`` to *url*; raises `InvalidNameError`."""
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
