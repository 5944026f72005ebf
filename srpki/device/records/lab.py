"""What the ``lab`` commands find; they are the emulator's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from datetime import datetime, timedelta


class LabClockState(Record):
    """The lab's clock: *offset* from real time, negative behind it; it runs *factor* times as fast.

    Who moves it at the moment is *moved_by*; a certificate that was just issued may begin *skew*
    ahead of it.
    """

    lab_time: datetime
    offset: timedelta
    factor: float
    moved_by: str | None
    skew: timedelta


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
    """What a client of the lab CA needs to know; what it issues is good for *certificate_life*."""

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
