"""One message that a CMP server answers, and what any answer to it may need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from srpki.core.values import NamedTuple
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.server_checks import Peer
from srpki.protocol.cmp.server_envelope import Deviation, ServerIdentity
from srpki.protocol.cmp.server_requests import Enrolment

Issue = Callable[[Enrolment], bytes]
"""Makes the certificate (DER) that was asked for; raises `RefusalError` and `PutOffError`."""


class PutOffError(Exception):
    """The CA has not decided yet; the client is to poll after *seconds*."""

    def __init__(self, seconds: int) -> None:
        """Put off."""
        super().__init__()
        self.seconds = seconds


class Turn(NamedTuple):
    """A *message* of *peer*, answered as *identity* by one message with the senderNonce *nonce*.

    What is dated in the answer, and in what is noted meanwhile, is dated *now*. *deviation* says
    how the answer is to be wrong.
    """

    message: Message
    peer: Peer
    issue: Issue
    deviation: Deviation
    nonce: bytes
    identity: ServerIdentity
    now: datetime

    @property
    def identifier(self) -> bytes:
        """The transactionID, which `check_header` has found there."""
        return self.message.header.transaction_id or b""
