"""Whatever is typed: nothing raises, and what is offered is accepted."""

import pytest
from counting import met
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.cli.grammar import Slot
from srpki.cli.session import Session
from srpki.cli.walker import walk

SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BEGINNINGS = {
    "md": ["", "edit-config private", "/configure system security pki ca-profile x cmpv2"],
    "classic": ["", "configure system security pki", "ca-profile x create"],
}

MODES = {
    "md": [
        [],
        *([f"edit-config {mode}"] for mode in ("private", "exclusive", "global", "read-only")),
        *([f"configure {mode}"] for mode in ("private", "exclusive", "global", "read-only")),
        BEGINNINGS["md"],
        ["environment console"],
        ["configure private", "system name x", "exit all"],  # asks a question
        ["//", "configure system", "//"],
    ],
    "classic": [
        [],
        ["configure system security pki"],
        BEGINNINGS["classic"],
        ["environment no create", "configure system security pki ca-profile x"],
        ["//configure private", "//configure system name x", "//exit all"],  # asks a question
    ],
}
PLACES = [(dialect, place) for dialect, places in MODES.items() for place in places]


@pytest.mark.parametrize(("dialect", "beginning"), met(1, PLACES))
@settings(SETTINGS, max_examples=25)
@given(data=st.data())
def test_no_line_raises_whatever_is_asked_of_it(new_device, strategies, dialect, beginning, data):
    device = new_device("mixed")
    device.files.write("cf3:/f", data.draw(strategies.lines).encode())
    session = Session(device, dialect)
    for line in met(0, beginning):
        assert session.feed(line).ok
    for _ in range(3):
        line = data.draw(strategies.lines)
        at = data.draw(st.integers(0, len(line)))
        for asked in (session.help, session.expand, session.masked):
            assert isinstance(asked(line[:at]), str)
        assert all(offer.replaces <= at for offer in met(0, session.complete(line[:at])))
        answer = session.feed(line)
        assert isinstance(answer.text, str)
        assert session.prompt.endswith(("# ", "$ "))
        assert session.screen.stop
        if answer.closed:
            return
        if data.draw(st.booleans()):
            session.control_z()


INPUTS = ["reference r1", "subject-dn CN=x", "save-as cf3:/x", "password {}", "domain-name a.b"]


@SETTINGS
@given(
    inputs=st.permutations(INPUTS),
    secret=st.sampled_from(["hunter2", '"hunter2 and more"', "hunter2" * 10, '"hunter2']),
    slip=st.sampled_from(["cmpv2", "cmpv", "cpmv2"]),
    end=st.integers(0, 20),
)
def test_a_password_that_was_typed_is_nowhere_in_the_history(new_device, inputs, secret, slip, end):
    session = Session(new_device())
    line = (
        f"admin system security pki {slip} initial-registration ca-profile c key-to-certify k "
        + " ".join(inputs).format(secret)
    )
    session.feed(line[: len(line) - end])
    assert "hunter2" not in session.feed("history").text


@pytest.mark.parametrize("dialect", ["md", "classic"])
@SETTINGS
@given(data=st.data())
def test_every_completion_offered_is_accepted(new_device, strategies, dialect, data):
    session = Session(new_device("mixed"), dialect)
    for line in BEGINNINGS[dialect]:
        session.feed(line)
    session.feed("/" if dialect == "md" else "exit all")
    text = ""
    for _ in range(12):
        reading = session._shell.read(text)
        found = walk(reading.state, reading.tokens)
        for offer in met(0, session.complete(text)):
            tried = text[: len(text) - offer.replaces] + offer.text
            again = session._shell.read(tried)
            assert walk(again.state, again.tokens).failure is None, tried
        words = _words(found, strategies)
        if not words:
            return
        text += data.draw(st.one_of(words)) + " "


def _words(found, strategies):
    """Strategies for every word that may come next, spelled in full."""
    return [
        strategies.values(terminal.type).map(
            lambda value, kind=terminal.type: _spelled(kind, value)
        )
        if isinstance(terminal, Slot)
        else st.just(terminal.word)
        for terminal in found.expected()
        if not (isinstance(terminal, Slot) and terminal.type.words() == () and _opaque(terminal))
    ]


def _opaque(slot):
    """Whether the pattern of the value is too narrow to draw from."""
    return getattr(slot.type, "named", "") == "cflash-url" or slot.name in (
        "duration",
        "time",
        "line",
    )


def _spelled(kind, value):
    from srpki.config.text import quote

    text = kind.format(value)
    return quote(text) if kind.quoted else text
