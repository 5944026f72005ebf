"""What is remembered of each entry through a restart: a record of JSON values an entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from srpki.core.clock import Deadline
from srpki.core.values import NamedTuple

UpdateState = Literal["invalid", "scheduled", "in-progress", "wait-for-retry"]


class EntryState(NamedTuple):
    """The state of one ``certificate-auto-update`` entry, in YANG's words; times are UTC.

    *reason* says why the entry is invalid or what failed last. *step* is the step that runs, or
    the one that a retry begins with. *fingerprint* names the certificate that the schedule was
    made for, or that the update in progress began with; during step 3 it is the new one: a restart
    sees by it whether the swap took place. *pending_reload* is a step 4 still owed to the
    applications. *interval* is what the time of the retry, or *held_until*, came from, in seconds.
    """

    update_state: UpdateState = "invalid"
    reason: str = ""
    last_update_start_time: datetime | None = None
    last_update_end_time: datetime | None = None
    next_update_time: datetime | None = None
    step: int = 0
    pending_reload: bool = False
    fingerprint: str = ""
    held_until: datetime | None = None
    interval: float = 0.0

    @property
    def waits(self) -> Deadline | None:
        """What the entry waits for, other than a date of its certificate: a retry, the hold."""
        at = self.held_until
        if self.update_state == "wait-for-retry":
            at = self.next_update_time
        return None if at is None else Deadline(at, timedelta(seconds=self.interval))

    @property
    def derivable(self) -> bool:
        """Whether configuration and files say the same again: no retry, hold or reload is in it."""
        settled = self.update_state in {"invalid", "scheduled"}
        return settled and self.held_until is None and not self.pending_reload

    def but(self, **changes: Any) -> EntryState:
        """Return this state with *changes*."""
        return self._replace(**changes)


def to_json(state: EntryState) -> dict[str, object]:
    """Return *state* as JSON values, times in RFC 3339."""
    return {
        name: rfc3339(value) if isinstance(value, datetime) else value
        for name, value in state._asdict().items()
    }


def from_json(record: Mapping[str, object]) -> EntryState:
    """Return the state that *record* holds; raises `ValueError` when it holds none."""
    given: dict[str, Any] = {name: record[name] for name in EntryState._fields if name in record}
    for name, value in given.items():
        wanted = type(getattr(EntryState(), name))
        if name.endswith(("_time", "_until")):
            given[name] = instant(value)
        elif type(value) is not wanted:
            raise ValueError(f"{name} is not a {wanted.__name__}")
    if given.get("update_state") not in get_args(UpdateState):
        raise ValueError("update_state is unknown")
    return EntryState(**given)


def rfc3339(moment: datetime) -> str:
    """Return *moment* as RFC 3339 in UTC, to the microsecond where it has any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant(text: object) -> datetime | None:
    """Return the instant that *text* spells, None for None; raises `ValueError` otherwise."""
    if text is None:
        return None
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time beyond the calendar") from None
