"""strongSwan's control socket VICI: hands a renewed pair to a running IKE daemon.

The library `vici` is the extra ``strongswan``; it is loaded when it is first needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import SubjectKeyIdentifier

from srpki.core.errors import ConnectError, PeerRefusedError, ResponseTimeoutError
from srpki.x509 import certificates
from srpki.x509.keys import PrivateKey

PATIENCE: Final = 10.0
"""Seconds that the daemon may take for one answer."""


class StrongSwan:
    """A strongSwan daemon that is reached by the Unix socket at *path*."""

    def __init__(self, path: str) -> None:
        """Talk to the daemon at *path*; nothing is opened yet."""
        self._path = path

    def load(self, certificate: bytes, key: PrivateKey, replaced: bytes | None) -> None:
        """Load *key* and *certificate* (DER); unload the key of the certificate *replaced*.

        The daemon keeps the certificate replaced, which it cannot use without its key.

        Raises:
            ConnectError: the daemon is not there.
            ResponseTimeoutError: it does not answer.
            PeerRefusedError: it does not take them; nothing is unloaded then.
        """
        octets = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with self._session() as session:
            session.load_key({"type": "any", "data": octets})
            session.load_cert({"type": "X509", "flag": "NONE", "data": certificate})
            old = None if replaced is None else _key_id(replaced)
            if old is not None and old != _key_id(certificate):
                self._forget(session, old)

    def _forget(self, session: Any, key: str) -> None:
        from vici.exception import CommandException  # noqa: PLC0415 - an extra

        with suppress(CommandException):  # it never had it
            session.unload_key({"id": key})

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Open a session, whose errors become ours."""
        import socket  # noqa: PLC0415 - start-up time

        import vici  # noqa: PLC0415 - an extra
        from vici import exception  # noqa: PLC0415 - an extra

        name = f"strongSwan at {self._path}"
        try:
            with socket.socket(socket.AF_UNIX) as opened:
                opened.settimeout(PATIENCE)
                opened.connect(self._path)
                yield vici.Session(opened)
        except TimeoutError:
            raise ResponseTimeoutError(f"{name} does not answer") from None
        except OSError as error:
            raise ConnectError(
                f"{name}: {error.strerror or 'connection closed'}", hint="does the daemon run?"
            ) from None
        except exception.CommandException as error:
            raise PeerRefusedError(f"{name} refuses the pair: {_shown(error)}") from None
        except (exception.SessionException, exception.DeserializationException) as error:
            raise PeerRefusedError(f"{name} answers nonsense: {_shown(error)}") from None


def _key_id(certificate: bytes) -> str:
    """Return the name that strongSwan has for the key of *certificate* (DER)."""
    return SubjectKeyIdentifier.from_public_key(certificates.public_key(certificate)).digest.hex()


def _shown(error: Exception) -> str:
    """Return what *error* says, on one line of bounded length."""
    return "".join(sign if sign.isprintable() else " " for sign in str(error))[:200]
