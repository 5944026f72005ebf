r"""How clients of SFTP and SCP name files: ``cf3:/x``, ``cf3:\x``, ``/cf3:/x`` and ``x`` are one.

A client puts what it was told behind the directory that it believes to be in, as in
``/cf3:/users/cf3:/x``: so the last device that is named counts.
"""

from __future__ import annotations

import re
from typing import Final

from srpki.core.errors import InvalidNameError

LONGEST: Final = 4096
"""Most octets of a path."""
_DEVICE: Final = re.compile(r"(?:.*/)?(cf[1-4](?:-[a-d])?:)", re.IGNORECASE | re.DOTALL)


def url_of(path: bytes, home: str) -> str:
    """Return the URL that *path* means to somebody whose files begin in *home*, a URL.

    ``.`` and ``..`` are followed as written: there are no links. Raises `InvalidNameError`.
    """
    if len(path) > LONGEST:
        raise InvalidNameError(f"a path has at most {LONGEST} octets")
    try:
        text = path.decode().replace("\\", "/")
    except UnicodeDecodeError:
        raise InvalidNameError("a path is UTF-8 text") from None
    named = _DEVICE.match(text)
    if named is None and not text.startswith("/"):
        text = f"{home}/{text}".replace("\\", "/")
        named = _DEVICE.match(text)
    device, below = ("cf3:", text) if named is None else (named[1], text[named.end() :])
    parts: list[str] = []
    for part in below.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return device.lower() + "\\" + "\\".join(parts)


def with_slashes(command: str) -> str:
    r"""Return the *command* of a client of SCP with its ``cf3:\x`` as ``cf3:/x``.

    A shell, which it was written for, would drop the backslash.
    """
    return re.sub(r"\\(?=[A-Za-z0-9._-])", "/", command)


def path_of(url: str) -> bytes:
    """Return the path by which clients are told of *url*."""
    return ("/" + url.replace("\\", "/")).encode()
