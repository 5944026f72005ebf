"""The server's side of TLS, as a server-tls-profile says it: a handshake, and then the end.

The octets go through memory, so that time and size of a whole handshake are bounded, however the
client drips them. Nothing is exchanged after it: a client that is welcome is told so by a proper
end (close_notify [RFC 8446, 6.1]), one that is not by an alert, or by an end without it where the
TLS library had no objection.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import TlsError
from srpki.transport.base import TlsServer
from srpki.transport.identities import load_identity
from srpki.transport.tls import check_suite, choose_algorithms, trust, verified_chain

HANDSHAKE_SECONDS: Final = 10.0
HANDSHAKE_OCTETS: Final = 1 << 17
"""From the first octet of a client to its last; a long chain of certificates is half of it."""
_LINGER_SECONDS: Final = 1.0
_LINGER_OCTETS: Final = 1 << 16
"""What a client that has been told the end may still send, so that a reset does not overtake it."""
_CHUNK: Final = 1 << 14


def server_context(tls: TlsServer, *, scratch: Path, entropy: Entropy) -> ssl.SSLContext:
    """Return a context that does what *tls* says; *scratch* is as for `load_identity`.

    Sessions are never resumed: each handshake proves the certificate that is in use.

    Raises:
        TlsError: something in *tls* cannot be used.
        StorageError: *scratch* cannot be written.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.options |= ssl.OP_NO_TICKET | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.num_tickets = 0
    choose_algorithms(context, tls)
    if tls.client_anchors:
        context.verify_mode = ssl.CERT_REQUIRED
        trust(context, tls.client_anchors, check_time=tls.check_time)
    # The library keeps the last of each type of key.
    for own in reversed(tls.identities):
        load_identity(
            context, own.chain, own.key, whose="server's", scratch=scratch, entropy=entropy
        )
    return context


class Handshake:
    """One handshake over *plain*, which is left open, as *tls*, of which *context* was made.

    Between `shake` and `end` the client does not know yet how it will end.
    """

    def __init__(
        self, plain: socket.socket, context: ssl.SSLContext, tls: TlsServer, clock: Clock
    ) -> None:
        """Begin the time that a handshake may take."""
        self._tls = tls
        self._pipe = _Pipe(plain, clock)
        self._session = context.wrap_bio(self._pipe.incoming, self._pipe.outgoing, server_side=True)
        self._welcome = False

    def shake(self) -> str:
        """Return what was negotiated, as ``TLSv1.3 TLS_AES_256_GCM_SHA384``.

        Raises `TlsError` where the client is not welcome or keeps us waiting, OSError where it
        has gone.
        """
        try:
            self._pipe.drive(self._session.do_handshake)
        except ssl.SSLError as error:
            raise TlsError(f"the handshake failed: {_words(error)}") from None
        negotiated = self._session.cipher()
        assert negotiated is not None
        check_suite(negotiated, self._tls)
        if self._tls.judge is not None and self._tls.client_anchors:
            self._tls.judge(verified_chain(self._session))
        self._welcome = True
        suite, version, _ = negotiated
        return f"{version} {suite}"

    def end(self) -> None:
        """Tell the client how it has ended; raises `TlsError`, OSError where it has gone."""
        if self._welcome:
            with suppress(ssl.SSLError):  # it wants the client's end, too, which need not come
                self._session.unwrap()
        self._pipe.flush()
        if self._welcome:
            self._pipe.linger()


def _words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the client's certificate is refused: {error.verify_message.rstrip('.')}"
    return (error.reason or "the client has gone").replace("_", " ").lower()


class _Pipe:
    """Carries octets between the TLS library and a socket, so many and for so long."""

    def __init__(self, plain: socket.socket, clock: Clock) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._plain = plain
        self._clock = clock
        self._end = clock.monotonic() + HANDSHAKE_SECONDS
        self._room = HANDSHAKE_OCTETS

    def drive(self, step: Callable[[], None]) -> None:
        """Repeat *step* until it wants nothing more of the client; raises `TlsError`, OSError."""
        while True:
            try:
                step()
            except ssl.SSLWantReadError:
                self.flush()
                self._receive()
            else:
                self.flush()
                return

    def flush(self) -> None:
        """Send what the library has to say."""
        if self.outgoing.pending:
            with self._in_time():
                self._plain.sendall(self.outgoing.read())

    def linger(self) -> None:
        """Say that nothing follows, and let the client see it before the connection is closed."""
        self._end, self._room = self._clock.monotonic() + _LINGER_SECONDS, _LINGER_OCTETS
        self._plain.shutdown(socket.SHUT_WR)
        with suppress(TlsError, OSError):
            while self._octets():
                pass

    def _receive(self) -> None:
        octets = self._octets()
        if octets:
            self.incoming.write(octets)
        else:
            self.incoming.write_eof()

    def _octets(self) -> bytes:
        with self._in_time():
            octets = self._plain.recv(min(_CHUNK, self._room + 1))
        self._room -= len(octets)
        if self._room < 0:
            raise TlsError("the client sends too much for a handshake")
        return octets

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Let the socket wait in the block for as long as there is time; raises `TlsError`."""
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise _too_slow()
        self._plain.settimeout(left)
        try:
            yield
        except TimeoutError:
            raise _too_slow() from None


def _too_slow() -> TlsError:
    return TlsError(f"the client takes longer than {HANDSHAKE_SECONDS:.0f} s")
