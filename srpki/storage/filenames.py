"""Names of PKI files: what may name a file of ``system-pki``.

Rules: fact sheet ``pki.md`` section 1. Names that begin with a dot are the keystore's own (files on
their way in), so an operator may not use them.
"""

from __future__ import annotations

from typing import Final

from srpki.core.errors import InvalidNameError

PREVIOUS: Final = ".previous"
"""What the name of the old one of a renewed pair ends in."""

_MAX_NAME: Final = 95
_OF_PATHS: Final = frozenset("\\:/")
_MAX_NAME_OCTETS: Final = 200  # with ".previous" well under the 255 of common file systems


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
    if not _OF_PATHS.isdisjoint(text):
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
