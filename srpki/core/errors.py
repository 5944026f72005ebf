"""The error tree: each error has a stable code, a sentence and a hint.

* SrpkiError
  x UsageError            mine: the operator asked for something impossible
    + InvalidNameError    a name or URL that may not be used
    + InvalidInputError   an input that cannot be read (wrong type, truncated, over-long)
    + MissingInputError   an input that an operation cannot do without
    + NotFoundError       a named thing does not exist
    + ExistsError         the target exists already
    + BusyError           the thing asked for is in use or already running
    + RefusedError        the request contradicts the present state
    + NotAuthorizedError  the user may not do it
  x PeerError             theirs: the other end
    + ProtocolError       bytes or fields that the protocol does not allow
    + PeerRefusedError    the peer answered and said no (PKIStatus and failInfo, or HTTP status)
  x TransportError        later: the answer did not come
    + ConnectError        no connection
      - UnsentError       the request must be made anew to go out
    + ResponseTimeoutError  no answer in time
    + TlsError            the TLS handshake or the server's certificate failed
  x NodeError             the node's own files or limits
    + StorageError        a file cannot be read or written
    + CorruptError        a file is damaged or belongs to another chassis
  x StoppedError          cancelled before it had an effect

The command line alone turns these into SR OS wording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from srpki.core.wire import HttpRequest


class SrpkiError(Exception):
    """Root of everything the program raises on purpose."""

    code: ClassVar[str] = "error"

    def __init__(self, sentence: str, *, hint: str = "") -> None:
        """Keep the *sentence* (no full stop, no secret) and a *hint* on what to do."""
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint

    def __str__(self) -> str:
        """Sentence and hint, as one line."""
        return f"{self.sentence} - {self.hint}" if self.hint else self.sentence


class UsageError(SrpkiError):
    """The operator asked for something impossible."""

    code = "usage"


class InvalidNameError(UsageError):
    """A name or URL that may not be used."""

    code = "invalid-name"


class InvalidInputError(UsageError):
    """An input that cannot be read: wrong type, truncated, over-long."""

    code = "invalid-input"


class MissingInputError(UsageError):
    """Inputs that an operation cannot do without are not there."""

    code = "missing-input"

    def __init__(self, names: tuple[str, ...]) -> None:
        """Keep the *names* of the inputs; those of a choice are one name, with bars between."""
        super().__init__(f"missing input: {', '.join(names)}")
        self.names = names


class NotFoundError(UsageError):
    """A named thing does not exist."""

    code = "not-found"


class ExistsError(UsageError):
    """The target exists already."""

    code = "exists"


class BusyError(UsageError):
    """The thing asked for is in use or already running."""

    code = "busy"


class RefusedError(UsageError):
    """The request contradicts the present state."""

    code = "refused"


class NotAuthorizedError(UsageError):
    """The user who asks may not do it [MGMT_CORE #2020, observed]."""

    code = "access-denied"

    def __init__(self, element: str) -> None:
        """Say which *element* of what was asked he may not use: nothing that was not asked."""
        super().__init__(f"Permission denied - unauthorized use of '{element}'")
        self.element = element


class PeerError(SrpkiError):
    """The other end did something wrong or said no."""

    code = "peer"


class ProtocolError(PeerError):
    """The peer sent bytes or fields that the protocol does not allow."""

    code = "protocol"


class PeerRefusedError(PeerError):
    """The peer answered and said no."""

    code = "peer-refused"


class TransportError(SrpkiError):
    """The answer did not come; trying later may help."""

    code = "transport"


class ConnectError(TransportError):
    """No connection to the peer."""

    code = "connect"


class UnsentError(ConnectError):
    """A request that is good for one write has to go out again: *request* is to be made anew.

    It says where to; the connection that it was made for is of no more use.
    """

    code = "unsent"

    def __init__(self, sentence: str, request: HttpRequest) -> None:
        """Hand *request* back."""
        super().__init__(sentence)
        self.request = request


class ResponseTimeoutError(TransportError):
    """No answer in time."""

    code = "timeout"


class TlsError(TransportError):
    """The TLS handshake or the server's certificate failed."""

    code = "tls"


class PendingError(TransportError):
    """The peer has put the request off: it is kept, and the same command goes on with it."""

    code = "pending"


class NodeError(SrpkiError):
    """The node's own files or limits."""

    code = "node"


class StorageError(NodeError):
    """A file of the node cannot be read or written."""

    code = "storage"


class NotSavedError(StorageError):
    """What was asked is in effect, but would not survive a restart: it could not be saved."""

    code = "not-saved"


class CorruptError(NodeError):
    """A file of the node is damaged or belongs to another chassis."""

    code = "corrupt"


class StoppedError(SrpkiError):
    """Cancelled before it had an effect."""

    code = "stopped"
