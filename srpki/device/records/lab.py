"""What the ``lab`` commands find; they are the emulator's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class LabClockState(Record):
    """The lab's clock: *offset* from real time, negative behind it; it runs *factor* times as fast.

    Who moves it at the moment is *moved_by*; a certificate that was just issued may begin *skew*
    ahead of it. While the lab is closed it stands unless it *passes_while_closed*.
    """

    lab_time: datetime
    offset: timedelta
    factor: float
    moved_by: str | None
    skew: timedelta
    passes_while_closed: bool


class LabClockMove(Record):
    """Where a move of the lab's clock has led, and the *updates* on the way.

    *interrupted* says that it did not come where it was to.
    """

    lab_time: datetime
    interrupted: bool
    updates: int
    failed: int


class LabClockPace(Record):
    """How the lab's clock goes on: *factor* times as fast as real time, 0 where it stands."""

    lab_time: datetime
    factor: float


class LabClockSkew(Record):
    """How far ahead of the lab's clock a certificate may begin that was just issued."""

    skew: timedelta


class LabCaState(Record):
    """What a client of a lab CA needs to know; what it issues is good for *certificate_life*.

    It *listens* unless it was stopped.
    """

    listens: bool
    cmpv2_url: str
    est_url: str
    crl_url: str
    ocsp_url: str
    reference: str
    secret: str
    est_username: str
    est_password: str
    certificate_life: timedelta


class LabFault(Record):
    """A fault that waits, and the *line* that scripts it.

    Its *action* strikes *times* requests, or always, after so many others. *failinfo* and *text*
    belong to ``reject``, *seconds* to what takes time. The others are the circumstances: a rule for
    the *key*, two instants, a window of *every* day, an expression for the *subject*, a client.
    """

    line: str
    operation: str
    action: str
    failinfo: str | None
    text: str | None
    seconds: int | None
    after: int
    times: int | None
    key: str | None
    begin: datetime | None
    end: datetime | None
    every: str | None
    subject: str | None
    client: str | None


class LabFaults(Record):
    """The faults that wait to happen, in order."""

    fault: tuple[LabFault, ...]


class LabRevocation(Record):
    """An imported certificate that the lab CA has revoked."""

    certificate: str
    serial_number: int


class LabPolicy(Record):
    """What a CA of the lab certifies; what is None or empty is no rule.

    *rsa*, *dsa* and *ecdsa* are sizes in bits as text, *life* is that of what is issued.
    """

    authority: str
    rsa: str | None
    dsa: str | None
    ecdsa: str | None
    names: str | None
    life: timedelta
    extensions: tuple[str, ...]
    approval: bool
    check_after: timedelta
    text: str | None
    failinfo: str | None


class LabRequest(Record):
    """A request on the desk of a CA: *state* is waiting, approved or refused."""

    number: int
    operation: str
    client: str
    subject: str
    key: str
    since: datetime
    last: datetime
    state: str


class LabRequests(Record):
    """The requests on the desk of the CA *authority*."""

    authority: str
    requests: tuple[LabRequest, ...]


class LabCaCertificate(Record):
    """A certificate that a CA hands out.

    *role* says what it is: ``root``, ``issuing``, ``new with old`` or ``old with new``. *signs*
    says whether its key is one that signs now, *begins* from when on a later one will.
    """

    role: str
    subject: str
    issuer: str
    key_identifier: str
    signs: bool
    begins: datetime | None


class LabCaCertificates(Record):
    """The certificates that the CA *authority* hands out."""

    authority: str
    certificates: tuple[LabCaCertificate, ...]


class LabCaListed(Record):
    """A CA of the lab: *listens* unless it was stopped."""

    name: str
    listens: bool
    cmp_url: str
    est_url: str


class LabCas(Record):
    """The CAs of the lab."""

    authorities: tuple[LabCaListed, ...]


class LabCaCreated(Record):
    """A CA that was made, and the names of its certificates as they were imported."""

    authority: str
    certificates: tuple[str, ...]


class LabCaService(Record):
    """Whether a CA *listens* from now on, and what is to be said of ports that have *moved*."""

    authority: str
    listens: bool
    moved: tuple[str, ...]


class LabDecision(Record):
    """How many *requests* were *approved*, or refused."""

    approved: bool
    requests: int


class LabVendors(Record):
    """The subjects of the vendors' roots that a CA knows."""

    authority: str
    subjects: tuple[str, ...]


class LabLockState(Record):
    """Whether the lab is *locked*, and whether it is open to the session that asks."""

    locked: bool
    open_here: bool


class LabClockClosed(Record):
    """Whether time *passes_while_closed*."""

    passes_while_closed: bool
