"""A chart of certificates over time: what is drawn, whoever has found it out.

Nothing here knows a node, a file or a screen. Names and sentences may hold anything: whoever draws
them makes them text (`srpki.pictures.shown`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, TypeVar, get_args

from srpki.core.record import Record

SpanKind = Literal["unknown", "planned", "valid", "window", "gap"]
"""What a row shows over a while. Where two overlap the later one of this list is seen.

Not *known* is what was there; *planned* is what renewals to come will bring; *valid* is a
certificate, and *window* the part of its life in which its schedule wants it renewed; in a *gap* no
valid certificate is there.
"""
MarkKind = Literal["imported", "planned", "retry", "renewed", "failed"]
"""What happened, or is to happen, at an instant; the later one of this list is seen."""
_Kind = TypeVar("_Kind", SpanKind, MarkKind)
SPAN_KINDS: Final[tuple[SpanKind, ...]] = get_args(SpanKind)
MARK_KINDS: Final[tuple[MarkKind, ...]] = get_args(MarkKind)


class Span(Record):
    """A while of a row, from *start* until *end* (UTC)."""

    kind: SpanKind
    start: datetime
    end: datetime


class Mark(Record):
    """An instant of a row, and a sentence on it."""

    kind: MarkKind
    at: datetime
    text: str = ""


class Row(Record):
    """One certificate: its *name*, what is drawn, and sentences to be read below it."""

    name: str
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()


class Chart(Record):
    """Rows between *start* and *end* as they are *now* (all UTC), with remarks on all of them."""

    title: str
    start: datetime
    end: datetime
    now: datetime
    rows: tuple[Row, ...] = ()
    remarks: tuple[str, ...] = ()


def painted(spans: Iterable[Span]) -> Sequence[Span]:
    """Return *spans* in the order in which one is painted over the other."""
    return sorted(spans, key=lambda span: SPAN_KINDS.index(span.kind))


def stamped(marks: Iterable[Mark]) -> Sequence[Mark]:
    """Return *marks* in the order in which one is put over the other."""
    return sorted(marks, key=lambda mark: MARK_KINDS.index(mark.kind))


def chart_of(found: Mapping[str, object]) -> Chart:
    """Return the chart that `srpki.core.plain.plain` has made *found* of.

    Raises `ValueError`, `KeyError` or `TypeError` for anything else.
    """
    return Chart(
        title=str(found["title"]),
        start=_instant(found["start"]),
        end=_instant(found["end"]),
        now=_instant(found["now"]),
        rows=tuple(map(row_of, _objects(found["rows"]))),
        remarks=_texts(found["remarks"]),
    )


def row_of(found: Mapping[str, object]) -> Row:
    """Return the row that *found* was made of; raises as `chart_of`."""
    return Row(
        name=str(found["name"]),
        spans=tuple(
            Span(_known(one["kind"], SPAN_KINDS), _instant(one["start"]), _instant(one["end"]))
            for one in _objects(found["spans"])
        ),
        marks=tuple(
            Mark(_known(one["kind"], MARK_KINDS), _instant(one["at"]), str(one["text"]))
            for one in _objects(found["marks"])
        ),
        notes=_texts(found["notes"]),
    )


def _known(kind: object, kinds: Sequence[_Kind]) -> _Kind:
    found = next((one for one in kinds if one == kind), None)
    if found is None:
        raise ValueError(f"{kind} is no kind of a chart")
    return found


def _objects(found: object) -> list[dict[str, object]]:
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise TypeError("there is no list of objects")
    return found


def _texts(found: object) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise TypeError(f"{type(found).__name__} is no list")
    return tuple(map(str, found))


def _instant(found: object) -> datetime:
    return datetime.fromisoformat(str(found)).astimezone(UTC)
