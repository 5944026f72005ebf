"""The open transactions of a CMP server: bounded in number and in age [RFC 4210, 5.1.1]."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from srpki.core.clock import Deadline
from srpki.core.errors import StorageError
from srpki.protocol.cmp.server_checks import Peer, RefusalError
from srpki.protocol.cmp.server_envelope import Content
from srpki.protocol.cmp.server_requests import Enrolment

WHOLE_MESSAGE: Final = -1
MOST_OPEN: Final = 2000
"""More than a port has connections: who has one is not refused for what others have begun."""
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
    *withheld* an answer that is made already. *request* is the ProtectedPart (DER) that began it.
    Whether the client has had the answer with *nonce*, or that with *former_nonce* only, nobody
    knows of a transaction that was *taken_up* from an earlier process.
    """

    peer: Peer
    enrolment: Enrolment
    implicit_confirm: bool
    deadline: datetime
    nonce: bytes
    client_nonce: bytes
    request: bytes = field(repr=False)
    ready: Deadline | None = None
    certificate: bytes | None = field(default=None, repr=False)
    by_error: bool = False
    late_nonce: bytes | None = None
    withheld: Content | None = None
    former_nonce: bytes = b""
    taken_up: bool = False

    @property
    def nonces(self) -> tuple[bytes, ...]:
        """What the client's next message may have as its recipNonce."""
        return (self.nonce, self.former_nonce) if self.taken_up else (self.nonce,)

    def said(self, nonce: bytes) -> None:
        """Note the *nonce* of the next answer."""
        self.former_nonce, self.nonce, self.taken_up = self.nonce, nonce, False

    @property
    def cert_req_ids(self) -> tuple[int, ...]:
        """What a pollReq may call the request [RFC 9810, 5.3.22]."""
        return (*self.enrolment.cert_req_ids, *((WHOLE_MESSAGE,) if self.by_error else ()))


class Keeper(Protocol):
    """Where open transactions outlive the process; raises `StorageError`."""

    def save(self, identifier: bytes, transaction: Transaction) -> None:
        """Keep *transaction* as it is now."""
        ...

    def drop(self, identifier: bytes) -> None:
        """Keep the transaction no longer."""
        ...


class Nowhere:
    """Keeps nothing: transactions end with the process."""

    def save(self, identifier: bytes, transaction: Transaction) -> None:
        """Keep nothing."""

    def drop(self, identifier: bytes) -> None:
        """Have nothing to drop."""


class Transactions:
    """Transaction identifier to `Transaction`; not safe between threads."""

    def __init__(self, forget: Callable[[Transaction], None], keeper: Keeper) -> None:
        """Call *forget* with each transaction whose client did not come back in time.

        What is open is with *keeper*, after each `settle`.
        """
        self._forget = forget
        self._keeper = keeper
        self._changed: set[bytes] = set()
        self._kept: set[bytes] = set()
        self._open: dict[bytes, Transaction] = {}
        # When each may be over, the soonest first; of one that goes on longer an entry is left.
        self._deadlines: list[tuple[datetime, bytes]] = []
        # Identifier to (until when it is remembered, whether a certificate was confirmed).
        self._ended: dict[bytes, tuple[datetime, bool]] = {}

    def expire(self, now: datetime) -> None:
        """Drop the transactions whose time is over; what forgetting one raises passes through."""
        while (at := self._soonest()) is not None and at < now:
            identifier = self._deadlines[0][1]
            transaction = self._open[identifier]
            transaction.deadline = now + CONFIRM_WITHIN  # for another try, should this one fail
            self._wait(identifier, transaction)
            self._forget(transaction)
            del self._open[identifier]
            self._changed.add(identifier)
        # In the order of their ends, so the first one that is still remembered ends the search.
        while self._ended and next(iter(self._ended.values()))[0] < now:
            del self._ended[next(iter(self._ended))]

    def next_expiry(self) -> datetime | None:
        """Return when the time of the next transaction will be over, if one is open."""
        at = self._soonest()
        return None if at is None else at + timedelta.resolution

    def _soonest(self) -> datetime | None:
        """Return the first deadline of all, which heads the heap then."""
        while self._deadlines:
            at, identifier = self._deadlines[0]
            transaction = self._open.get(identifier)
            if transaction is not None and transaction.deadline == at:
                return at
            heapq.heappop(self._deadlines)
        return None

    def _wait(self, identifier: bytes, transaction: Transaction) -> None:
        if len(self._deadlines) > 2 * MOST_OPEN:  # half of them at least have been left
            self._deadlines = [(one.deadline, name) for name, one in self._open.items()]
            heapq.heapify(self._deadlines)
        heapq.heappush(self._deadlines, (transaction.deadline, identifier))

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
        self._wait(identifier, transaction)
        self._changed.add(identifier)

    def take_up(self, identifier: bytes, transaction: Transaction) -> None:
        """Go on with what was with the keeper at the start."""
        transaction.taken_up = True
        self._open[identifier] = transaction
        self._wait(identifier, transaction)
        self._kept.add(identifier)

    def settle(self) -> None:
        """Let the keeper have what has changed: one that goes on is at no moment missing there.

        Raises `StorageError` when it cannot take one; one that it cannot drop it drops later.
        """
        for identifier in tuple(self._changed):
            transaction = self._open.get(identifier)
            if transaction is not None:
                self._keeper.save(identifier, transaction)
                self._kept.add(identifier)
            elif identifier in self._kept:
                try:
                    self._keeper.drop(identifier)
                except StorageError:
                    continue
                self._kept.discard(identifier)
            self._changed.discard(identifier)

    def find(self, identifier: bytes) -> Transaction:
        """Return the open transaction; raises `RefusalError` when there is none."""
        try:
            return self._open[identifier]
        except KeyError:
            pass
        if self._ended.get(identifier, (None, False))[1]:
            raise RefusalError("certConfirmed", "the certificate is confirmed already")
        raise RefusalError("badRequest", "there is no such open transaction")

    def about(self, identifier: bytes) -> Enrolment | None:
        """Return what the transaction is about, None when there is none."""
        transaction = self._open.get(identifier)
        return None if transaction is None else transaction.enrolment

    def close(self, identifier: bytes, now: datetime, *, confirmed: bool = False) -> None:
        """End a transaction; its identifier is not used again for a while."""
        self._open.pop(identifier, None)
        self._changed.add(identifier)
        self._ended.pop(identifier, None)
        self._ended[identifier] = (now + REMEMBERED, confirmed)
        while len(self._ended) > MOST_OPEN:
            del self._ended[next(iter(self._ended))]
