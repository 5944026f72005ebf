"""What checks make of a history, and of what is not known: no node is needed for it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from srpki.core.clock import FrozenClock
from srpki.training.chronicle import Message
from srpki.training.evaluation import holds
from srpki.training.history import Happening, History, Moment, Typed
from srpki.training.language.parsing import parse
from srpki.training.language.tree import ahead
from srpki.training.sight.seen import Answered, Initial, Sight

START = datetime(2027, 3, 1, 8, tzinfo=UTC)
URL = "http://127.0.0.1:4711/pkix/"


def at(hours, what):
    moment = START + timedelta(hours=hours)
    return Moment(moment, moment, what)


def update(number):
    return Happening("SECURITY", number, "Cert", {"certificate": "gw.crt", "profile": "p"})


HISTORY = History(
    (
        at(1, Typed("show certificate auto-update", ok=True, cli="md")),
        at(2, update(2245)),
        at(2, Message("sent", "kur", URL, protection="signature")),
        at(2, Message("received", "kup", URL, ("rejection",), ("badCertTemplate",), "signature")),
        at(2, update(2247)),
        at(3, Typed("admin certificate update-cert gw.crt", ok=True, cli="classic")),
        at(4, update(2245)),
        at(4, Message("sent", "kur", URL, protection="signature")),
        at(5, update(2246)),
        at(5, Typed("lab check", ok=True, cli="md")),
    )
)
SIGHT = Sight(
    node=SimpleNamespace(clock=FrozenClock(START + timedelta(hours=6))),
    initial=Initial(lab=START, real=START, files={}, serials={}, running=None),
    history=HISTORY,
    real=START + timedelta(minutes=20),
    answers={1: Answered(correct=True, tries=2)},
    ports={"lab": frozenset({4711}), "second": frozenset({4712})},
)


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ("event 2245 about gw.crt count == 2", True),
        ("event 2245 about gw count == 2", False),
        ("event 2245 each >= 10:00 and event 2245 each <= 12:00", True),
        ("event 2245 each >= 11:00", False),
        ("event 2246 before event 2247", False),
        ("event 2247 before event 2246", True),
        ("event 2247 within 2h of event 2245", True),
        ("event 2246 within 30m of event 2247", False),
        ("never event 2247", False),
        ("never event 2096", True),
        ("always event 2247 count <= 1", True),
        ("always event 2245 count <= 1", False),
        ("never clock elapsed > 5h", True),
        ("never clock elapsed > 4h", False),
        ("after event 2247 message kur sent == 1", True),
        ("after event 2247 event 2247 seen", False),
        ("after event 2096 commands >= 0", False),
        ("message kur sent == 2", True),
        ("message KUP received == 1 and message kup failinfo has badCertTemplate", True),
        ("message any to lab sent == 2 and message any to second sent == 0", True),
        ("message kup status == rejection", True),
        ('typed "update-cert( |$)" count == 1', True),
        ("typed update-cert in md", False),
        ("typed update-cert in classic", True),
        ("commands == 2", True),
        ("clock elapsed == 6h and time elapsed == 20m", True),
        ("clock now == 2027-03-01T14:00:00Z", True),
        ("answer 1 correct and answer 1 tries == 2 and not answer 2 given", True),
        ("commands == 1 or commands == 2", True),
        ("not (commands == 1 or commands == 2)", False),
    ],
)
def test_a_history_is_judged(line, held):
    assert holds(parse(line), SIGHT, {}) is held


@pytest.mark.parametrize(
    ("line", "without", "with_it"),
    [
        ("commands == 2 and (in 1d commands == 2)", None, True),
        ("commands == 3 and (in 1d commands == 2)", False, False),
        ("commands == 2 or (in 1d commands == 2)", True, True),
        ("not (in 1d commands == 2)", None, False),
        ("in 1d commands == 2", None, True),
    ],
)
def test_what_is_later_is_asked_for_only_where_it_decides(line, without, with_it):
    found = parse(line)
    assert holds(found, SIGHT, {}) is without
    assert holds(found, SIGHT, dict.fromkeys(ahead(found), True)) is with_it
