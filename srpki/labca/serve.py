"""Runs the lab CA alone, for clients outside this program: what ``srpki ca`` does."""

from __future__ import annotations

import contextlib
import json
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TextIO

from srpki.core.clock import Clock
from srpki.core.descriptors import let_be_open
from srpki.core.entropy import Entropy
from srpki.core.errors import InvalidInputError
from srpki.labca.authority import Authority
from srpki.labca.documents import Document
from srpki.labca.fault_lines import parse_script
from srpki.labca.fault_script import FAULTS, FaultScript
from srpki.labca.faults import Fault
from srpki.labca.server import LabCa
from srpki.labca.settings import CaSettings
from srpki.x509 import formats

_MOST_OCTETS: Final = 1 << 20
_FILES: Final = 4096
_LABELS: Final = {
    "cmp_url": "CMPv2 URL",
    "est_url": "EST URL",
    "crl_url": "CRL URL",
    "ocsp_url": "OCSP URL",
    "trust_anchor": "Trust anchor",
    "issuing_certificate": "Issuing certificate",
    "reference": "Reference",
    "secret": "Secret",
    "est_username": "EST username",
    "est_password": "EST password",
}


def serve(
    directory: Path | None,
    clock: Clock,
    entropy: Entropy,
    settings: CaSettings,
    *,
    out: TextIO,
    log: TextIO,
    stop: threading.Event,
    as_json: bool = False,
    faults: Path | None = None,
    ports: tuple[int, int] = (0, 0),
) -> int:
    """Run a lab CA until *stop* is set; return the exit status.

    What a client needs to know goes to *out*, in lines for people or, *as_json*, in one line of
    JSON; each transaction is a line in *log*. State is kept in *directory*; without one it ends
    with the run. *faults* is a script, *ports* are those of CMPv2 and EST.
    Raises what `Authority`, `LabCa.start` and `read_script` raise.
    """
    let_be_open(_FILES)
    script = read_script(faults) if faults is not None else ()
    with _kept(directory) as place:
        authority = Authority(place, clock, entropy, settings)
        try:
            with LabCa(
                authority,
                faults=FaultScript(script, Document(place, FAULTS)),
                cmp_port=ports[0],
                est_port=ports[1],
                log=_LineWriter(log),
            ) as server:
                out.write(_announcement(server, as_json=as_json))
                out.flush()
                stop.wait()
        finally:
            authority.close()
    return 0


def read_script(path: Path) -> tuple[Fault, ...]:
    """Return the faults in the script at *path*; raises `InvalidInputError`."""
    text = read_content(path)
    try:
        return parse_script(text.decode())
    except UnicodeDecodeError:
        raise InvalidInputError(f"{path} is not UTF-8 text") from None


def read_certificates(path: Path) -> list[bytes]:
    """Return the certificates (DER) in the file at *path*, PEM or DER.

    Raises `InvalidInputError`.
    """
    content = read_content(path)
    try:
        return formats.read_certificates(content, "pem" if b"-----BEGIN" in content else "der")
    except InvalidInputError as error:
        raise InvalidInputError(f"{path}: {error.sentence}", hint=error.hint) from None


def read_content(path: Path) -> bytes:
    """Return what is in the file at *path*; raises `InvalidInputError`."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_OCTETS + 1)
    except OSError as error:
        raise InvalidInputError(
            f"cannot read {path}: {error.strerror}", hint="name a readable file"
        ) from None
    if len(content) > _MOST_OCTETS:
        raise InvalidInputError(f"{path} is too long")
    return content


@contextlib.contextmanager
def _kept(directory: Path | None) -> Iterator[Path]:
    """Give the directory itself, or one for the length of the run."""
    if directory is not None:
        yield directory.absolute()  # its files are named to clients that run elsewhere
        return
    with tempfile.TemporaryDirectory(prefix="srpki-ca-") as name:
        yield Path(name)


def _announcement(server: LabCa, *, as_json: bool) -> str:
    facts = {name: str(getattr(server, name)) for name in _LABELS}
    if as_json:
        return json.dumps(facts) + "\n"
    width = max(map(len, _LABELS.values()))
    return "".join(f"{_LABELS[name]:<{width}} : {text}\n" for name, text in facts.items())


class _LineWriter:
    """Writes whole lines from any thread; a reader that has gone stops nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def __call__(self, line: str) -> None:
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._stream.write(line + "\n")
            self._stream.flush()
