"""The walk that remembers, and looks whole words up, reads what one does that tries everything.

So do the readings of the schema that all sessions share, and one made for a session alone.
"""

import pytest
from counting import met
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.cli.classic.dialect import reading_of as classic_reading
from srpki.cli.grammar import FAR, Keyword, Slot, may_end, missing
from srpki.cli.md.dialect import reading_of as md_reading
from srpki.cli.session import Session
from srpki.cli.walker import Walker
from srpki.schema.types import ValueTypeError

SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RIGHT = {
    "md": (
        "/configure system security pki ca-profile a description b cert-file c.crt",
        "configure { system { security { pki { ca-profile a { cert-file c.crt } } } } }",
        'configure ipsec cert-profile "gw" entry 1 send-chain ca-profile [ "a" "b" ]',
        "/configure system security pki certificate-auto-update c key-file-name k profile p",
        "delete /configure system security pki ca-profile [a..c]",
        "environment more false",
        "info from running full-context /configure system security pki | match error count",
        'admin system security pki generate-keypair save-path "cf3:/gw.key" rsa-key-size 2048',
        "show certificate auto-update",
        "ca-profile a admin-state enable",
    ),
    "classic": (
        "configure system security pki ca-profile a create description b",
        "configure system security pki no ca-profile a shutdown",
        "configure log log-id 7 create filter 3",
        "no ca-profile a",
        "ca-profile a create no description",
        "admin certificate gen-keypair cf3:/gw.key size 2048 type rsa",
        "environment reduced-prompt 2",
        "show log log-id 99 | match error",
        "configure system security pki certificate-update-profile p create hash-algorithm sha256",
    ),
}


PLACES = {
    "md": ("/", "/configure log", "/configure system security pki", "/show", "/environment"),
    "classic": ("exit all", "configure log", "configure system security pki", "show", "admin"),
}
"""Where a line is typed: a word may mean one thing there, and another one anywhere."""


def options(state):
    """Return what may come next, as the grammar says it now."""
    found = []
    for at, item in enumerate(state):
        found += [(terminal, left + state[at + 1 :]) for terminal, left in item.first()]
        if not item.nullable:
            break
    return found


def fitting(ways, token):
    """Return the words among *ways* that *token* is or abbreviates, the nearer ones first."""
    words = {}
    for _, terminal, _ in ways:
        if isinstance(terminal, Keyword) and terminal.structure == token.mark:
            words.setdefault(terminal.word, terminal)
    found = [one for word, one in words.items() if word.startswith(token.text)]
    exact = [one for one in found if one.word == token.text]
    return exact or [one for one in found if one.tier < FAR] or found


def value(slot, token):
    """Return what *token* is in *slot*; raises `ValueTypeError`."""
    words = slot.type.words()
    fits = [word for word in words if word.startswith(token.text)]
    if token.quoted or not token.text or token.text in words or not fits:
        return slot.type.parse(token.text)
    if len(fits) > 1:
        raise ValueTypeError("ambiguous")
    return slot.type.parse(fits[0])


def values(ways, token):
    """Yield, for each of *ways* that takes a value, what is read, None where that is no value."""
    for read, terminal, left in ways:
        if not isinstance(terminal, Slot) or token.mark:
            continue
        if terminal.optional and token.text not in terminal.type.words():
            continue
        try:
            yield (*read, (terminal, value(terminal, token))), left
        except ValueTypeError:
            yield None


def careful(state, tokens):
    """Return what *tokens* are read as, word by word, and the kind and place of what is wrong.

    That is: ways to read them, each with its state, of which the first that may end counts.
    """
    threads = [((), state)]
    for at, token in enumerate(tokens):
        if not token.closed:
            return threads, ("quote", at)
        ways = [(read, *option) for read, left in threads for option in options(left)]
        words = [] if token.quoted else fitting(ways, token)
        alike = [
            ((*read, (terminal, None)), left)
            for read, terminal, left in ways
            if words
            and isinstance(terminal, Keyword)
            and (terminal.word, terminal.tier) == (words[0].word, words[0].tier)
        ]
        if words and words[0].word == token.text:
            threads = [(read, left) for read, left in alike if read[-1][0].structure == token.mark]
            continue
        outcomes = list(values(ways, token))
        if any(outcomes):
            threads = [outcome for outcome in outcomes if outcome]
        elif len(words) == 1 and token.text:
            threads = alike
        elif words and token.text:
            return threads, ("ambiguous", at)
        else:
            return threads, ("value" if outcomes else "unknown", at)
    return threads, None


def shape(terminal):
    """Return what *terminal* is: some are made anew each time."""
    name = terminal.word if isinstance(terminal, Keyword) else (terminal.name,)
    return name, terminal.effects


def ahead(state):
    """Return what may come next in *state*, and whether anything must."""
    return [shape(terminal) for terminal, _ in options(state)], may_end(state), missing(state)


def same(found, state, tokens):
    """Check that *found* is what the careful walk says."""
    threads, wrong = careful(state, tokens)
    assert (found.failure and (found.failure.kind, found.failure.at)) == wrong
    assert [ahead(thread.state) for thread in found.threads] == [ahead(left) for _, left in threads]
    read, left = next((one for one in threads if may_end(one[1])), threads[0])
    matches = [(shape(match.terminal), match.value) for match in found.matches]
    assert matches == [(shape(terminal), value) for terminal, value in read]
    assert found.missing == missing(left)
    names = [shape(terminal)[0] for _, left in threads for terminal, _ in options(left)]
    assert [shape(one)[0] for one in found.expected()] == list(dict.fromkeys(names))


@st.composite
def spoilt(draw, lines):
    """Draw one of *lines*, with some words cut, doubled, left out or exchanged for others."""
    words = draw(st.sampled_from(lines)).split(" ")
    others = [word for line in lines for word in line.split(" ")] + ['"', "}", "[", "x", "|", "?"]
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(words) - 1))
        change = draw(st.sampled_from(("cut", "double", "drop", "exchange")))
        word = words[at]
        cut = word[: draw(st.integers(1, max(1, len(word))))]
        new = {"cut": [cut], "double": [word, word], "drop": []}
        words[at : at + 1] = new.get(change) or [draw(st.sampled_from(others))]
    return " ".join(words)


@pytest.mark.parametrize("dialect", RIGHT)
@SETTINGS
@given(data=st.data())
def test_lines_are_read_as_by_trying_everything(new_device, dialect, data):
    session = Session(new_device("mixed"), dialect)
    session.feed("edit-config private")
    session.feed(data.draw(st.sampled_from(PLACES[dialect])))
    walker = Walker()
    lines = st.one_of(spoilt(RIGHT[dialect]), st.sampled_from(RIGHT[dialect]))
    for line in met(1, data.draw(st.lists(lines, min_size=1, max_size=4))):
        for end in met(1, (len(line) // 2, len(line))):
            reading = session._shell.read(line[:end])
            same(walker.walk(reading.state, reading.tokens), reading.state, reading.tokens)


FRESH = {"md": md_reading.__wrapped__, "classic": classic_reading.__wrapped__}


def alone(device, dialect):
    """Return a session that has read all that may be typed for itself."""
    session = Session(device, dialect)
    shell = session._shell
    (shell.standing if dialect == "md" else shell).dialect = FRESH[dialect](device.schema)
    return session


@pytest.mark.parametrize("dialect", RIGHT)
@SETTINGS
@given(data=st.data())
def test_sessions_that_share_a_reading_say_what_one_with_its_own_does(
    new_device, run, dialect, data
):
    shared, own = new_device("mixed"), new_device("mixed")
    sessions = Session(shared, dialect), alone(own, dialect)
    begun = ["edit-config private", data.draw(st.sampled_from(PLACES[dialect]))]
    lines = data.draw(st.lists(spoilt(RIGHT[dialect]), max_size=3))
    for line in met(2, [*begun, *lines]):
        for end in met(1, (len(line) // 2, len(line))):
            text = line[:end]
            for ask in ("help", "complete", "expand"):
                one, other = (getattr(session, ask)(text) for session in sessions)
                assert one == other, (ask, text)
        one, other = (session.feed(line) for session in sessions)
        assert one == other, line
        assert sessions[0].prompt == sessions[1].prompt
        assert shared.datastore.running == own.datastore.running
