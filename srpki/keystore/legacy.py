"""The legacy format of imported files, that of releases before 16.0.R6 [pki.md section 7].

Certificates and CRLs lie in clear, CRLs uncompressed; of a key only what sealing leaves is there,
as in the secure format. A mark in front tells what the file is: a bare file that was dropped into
the directory is no import in either format.
"""

from __future__ import annotations

from typing import Final

_MAGIC: Final = b"SRPKI\x00"


def write(kind: str, content: bytes) -> bytes:
    """Return a legacy file of *kind* with *content*, which for a key must be sealed already."""
    name = kind.encode()
    return _MAGIC + bytes((len(name),)) + name + content


def read(data: bytes) -> tuple[str, bytes] | None:
    """Return kind and content of a legacy file, None when *data* is none."""
    if not data.startswith(_MAGIC) or len(data) <= len(_MAGIC):
        return None
    start = len(_MAGIC) + 1
    end = start + data[len(_MAGIC)]
    return data[start:end].decode("ascii", "replace"), data[end:]
