"""The sentences of events are made of their fields, and read as on a router where that is known."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from counting import met

from srpki.core import events, operator_events
from srpki.core.event_types import EVENT_TYPES
from srpki.core.events import Event
from srpki.device.logging.sentences import sentence

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATE = {"profile": "p", "state": "down", "oper_flags": (), "errors": (), "unprocessed": ()}
DONE = {"certificate": "a.crt", "profile": "p"}
LATER = NOW + timedelta(hours=2)


def said(kind, /, **fields):
    return sentence(Event(NOW, kind, "Cert", fields))


def test_the_reload_event_reads_as_on_a_router():
    """[pki.md section 12]."""
    text = said(events.FILE_RELOADED, kind="certificate", file="sr-cert")
    assert text == 'Certificate file "sr-cert" has been reloaded.'


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        (events.CRL_EXPIRES, {"file": 'a "b"', "hours": 6, "minutes": 0}, "in 6 hour(s) and 0 minute(s)."),
        (events.CA_PROFILE_STATE_CHANGE, STATE | {"state": "up"}, 'CA profile "p" is up.'),
        (
            events.CA_PROFILE_STATE_CHANGE,
            STATE | {"oper_flags": ("invalid-cert", "no-crl"), "errors": ("a: x", "b: y")},
            "is down: invalid-cert no-crl (a: x; b: y).",
        ),
        (
            events.CA_PROFILE_STATE_CHANGE,
            STATE | {"state": "up", "unprocessed": ("x", "y")},
            "is up, but chains through it may be refused: x; y.",
        ),
        (events.UPDATE_FINISHED, DONE | {"due": None, "next_update": None}, "has finished."),
        (
            events.UPDATE_FINISHED,
            DONE | {"due": NOW, "next_update": LATER},
            "is due already, the next update waits until 2026-01-01T02:00:00Z.",
        ),
        (
            events.UPDATE_FINISHED,
            DONE | {"due": LATER, "next_update": LATER},
            "is due again at 2026-01-01T02:00:00Z, the next update waits until",
        ),
        (
            events.KEY_PAIR_GENERATED,
            {"url": "u", "key": "k", "outcome": "failed", "reason": "why"},
            "failed: why.",
        ),
        (
            events.CA_PROFILE_ACTION,
            {"action": "key-update", "profile": "p", "status": "s", "code": "c", "text": None},
            'CMPv2 key update of CA profile "p" has the status s: c.',
        ),
        (operator_events.CLI_LOGIN, {"user": "a", "address": None}, "User from Console logged in"),
        (
            operator_events.CONFIGURATION_CHANGED,
            {"element": None, "operation": "changed", "more": 3},
            "3 more elements - changed",
        ),
    ],
)  # fmt: skip
def test_what_a_field_is_in_words(kind, fields, expected):
    assert said(kind, **fields).endswith(expected) or expected in said(kind, **fields)


@pytest.mark.parametrize("kind", met(40, EVENT_TYPES.values()), ids=lambda kind: kind.name)
def test_the_fields_of_another_release_are_named_one_by_one(kind):
    """So that none is lost, and no reader of a log fails."""
    assert [name for _, name, _, _ in string.Formatter().parse(kind.text) if name]
    assert said(kind, novel="x", other=(1, 2) and ("y", "z")) == "novel x, other y z"
    assert said(kind, message="as it was said") == "as it was said"


@pytest.mark.parametrize("kind", met(40, EVENT_TYPES.values()), ids=lambda kind: kind.name)
def test_fields_that_are_no_fields_of_the_event_raise_nothing(kind):
    names = [name for _, name, _, _ in string.Formatter().parse(kind.text) if name]
    more = ("oper_flags", "errors", "unprocessed", "due", "next_update", "code", "text", "more")
    for value in (None, 5, "x", ("x",), NOW):
        assert isinstance(said(kind, **dict.fromkeys((*names, *more), value)), str)
