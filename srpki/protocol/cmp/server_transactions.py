"""The open transactions of a CMP server: bounded in number and in age [RFC 4210, 5.1.1]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from srpki.core.clock import Deadline
from srpki.protocol.cmp.server_checks import Peer, RefusalError
from srpki.protocol.cmp.server_envelope import Content
from srpki.protocol.cmp.server_requests import Enrolment

WHOLE_MESSAGE: Final = -1
MOST_OPEN: Final = 1000
CONFIRM_WITHIN: Final = timedelta(minutes=5)
"""How long a client may take to confirm a certificate."""
REMEMBERED: Final = timedelta(minutes=5)
"""How long the identifier of a transaction that has ended is not used again."""
POLL_WITHIN: Final = timedelta(days=7)
"""How long it may take to ask for one that is ready; an operator may poll by hand."""


@dataclass(slots=True, kw_only=True)
class Transaction:
    """One certificate on its way: decided later (*ready*), or sent and to be confirmed.

    *nonce* is the server's latest senderNonce, *client_nonce* the client's. What was put off by an
    error message (*by_error*) is polled for as a whole; *late_nonce* is that of the final answer,
    *withheld* an answer that is made already.
    """

    peer: Peer
    enrolment: Enrolment
    implicit_confirm: bool
    deadline: datetime
    nonce: bytes
    client_nonce: bytes
    ready: Deadline | None = None
    certificate: bytes | None = field(default=None, repr=False)
    by_error: bool = False
    late_nonce: bytes | None = None
    withheld: Content | None = None

    @property
    def cert_req_ids(self) -> tuple[int, ...]:
        """What a pollReq may call the request [RFC 9810, 5.3.22]."""
        return (*self.enrolment.cert_req_ids, *((WHOLE_MESSAGE,) if self.by_error else ()))


class Transactions:
    """Transaction identifier to `Transaction`; not safe between threads."""

    def __init__(self, forget: Callable[[Transaction], None]) -> None:
        """Call *forget* with each transaction whose client did not come back in time."""
        self._forget = forget
        self._open: dict[bytes, Transaction] = {}
        # Identifier to (until when it is remembered, whether a certificate was confirmed).
        self._ended: dict[bytes, tuple[datetime, bool]] = {}

    def expire(self, now: datetime) -> None:
        """Drop the transactions whose time is over; what forgetting one raises passes through."""
        for identifier, transaction in list(self._open.items()):
            if now > transaction.deadline:
                transaction.deadline = now + CONFIRM_WITHIN  # for another try, should this one fail
                self._forget(transaction)
                del self._open[identifier]
        # In the order of their ends, so the first one that is still remembered ends the search.
        while self._ended and next(iter(self._ended.values()))[0] < now:
            del self._ended[next(iter(self._ended))]

    def next_expiry(self) -> datetime | None:
        """Return when the time of the next transaction will be over, if one is open."""
        deadlines = (transaction.deadline for transaction in self._open.values())
        return min((at + timedelta.resolution for at in deadlines), default=None)

    def check_new(self, identifier: bytes) -> None:
        """Raise `RefusalError` when a transaction of this name cannot be opened."""
        if identifier in self._open or identifier in self._ended:
            raise RefusalError("transactionIdInUse", "the transactionID is in use")
        if len(self._open) >= MOST_OPEN:
            raise RefusalError("systemUnavail", "too many transactions are open")

    def open(self, identifier: bytes, transaction: Transaction) -> None:
        """Keep *transaction* until it is closed or expires."""
        self._ended.pop(identifier, None)
        self._open[identifier] = transaction

    def find(self, identifier: bytes) -> Transaction:
        """Return the open transaction; raises `RefusalError` when there is none."""
        try:
            return self._open[identifier]
        except KeyError:
            pass
        if self._ended.get(identifier, (None, False))[1]:
            raise RefusalError("certConfirmed", "the certificate is confirmed already")
        raise RefusalError("badRequest", "there is no such open transaction")

    def close(self, identifier: bytes, now: datetime, *, confirmed: bool = False) -> None:
        """End a transaction; its identifier is not used again for a while."""
        self._open.pop(identifier, None)
        self._ended.pop(identifier, None)
        self._ended[identifier] = (now + REMEMBERED, confirmed)
        while len(self._ended) > MOST_OPEN:
            del self._ended[next(iter(self._ended))]
