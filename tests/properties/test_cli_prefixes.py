"""At every place in a line that is right, ``?`` has something to say and nothing to complain of."""

import pytest
from counting import met
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.cli.session import Session
from srpki.cli.walker import parse
from srpki.config.management import in_mode

SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LINES = {
    "md": (
        "commit",
        "compare from running to candidate full-context",
        "delete /configure system security pki dynamic-ca",
        "discard /configure system security",
        "edit-config private",
        "environment command-completion space false",
        "exit all",
        "info from running full-context /configure system security pki",
        "info /state system security pki",
        "show log log-id 99 | match error ignore-case | count",
        'admin system security pki generate-keypair save-path "cf3:/gw.key" rsa-key-size 2048',
        "configure { system { security { pki { dynamic-ca true",
        'configure ipsec cert-profile "gw" entry 1 send-chain ca-profile [ "a" "b" ]',
    ),
    "classic": (
        "admin certificate gen-keypair cf3:/gw.key size 2048 type rsa",
        "configure system security pki no dynamic-ca",
        "environment no more",
        "environment reduced-prompt 2",
        "exit all",
        "info detail",
        "show log log-id 99 | match error",
        "\\configure system",
    ),
}


def complete(session, line):
    """Whether *line* is right as it stands: then nothing need be said of what may follow."""
    reading = session._shell.read(line)
    return parse(reading.state, reading.tokens).failure is None


def check(session, line):
    """Each beginning of *line*, in a word or after it, is explained and can be completed."""
    for end in met(1, range(len(line) + 1)):
        beginning = line[:end]
        explained = session.help(beginning)
        assert explained.strip() or complete(session, beginning), beginning
        assert "MINOR:" not in explained, f"{beginning}\n{explained}"
        assert "Error:" not in explained, f"{beginning}\n{explained}"
        for offer in met(0, session.complete(beginning)):
            kept = beginning[: len(beginning) - offer.replaces]
            assert offer.replaces <= len(beginning)
            touched = beginning[len(kept) :].lstrip('"')
            assert offer.text.lstrip('"').startswith(touched) or "\\" in touched, (beginning, offer)


@pytest.mark.parametrize(
    ("dialect", "line"),
    met(1, [(dialect, line) for dialect, lines in LINES.items() for line in lines]),
)
def test_every_beginning_of_a_command_has_an_expectation(mixed_device, dialect, line):
    session = Session(mixed_device, dialect)
    if dialect == "md" and not line.startswith("edit-config"):
        session.feed("edit-config private")
    check(session, line)


@SETTINGS
@given(data=st.data())
def test_every_beginning_of_a_configuration_line_has_an_expectation(
    new_device, run, strategies, data
):
    tree = data.draw(strategies.trees)
    device = new_device()
    session = Session(device, "md")
    assert session.prompt  # it has begun: what the tree says of new sessions is not for it
    run(device, tree)
    session.feed("edit-config read-only")
    lines = session.feed("info full-context").text.split("\n")
    check(session, data.draw(st.sampled_from(lines)).strip())


@SETTINGS
@given(data=st.data())
def test_every_beginning_of_a_classic_line_has_an_expectation(new_device, run, strategies, data):
    tree = data.draw(strategies.trees)
    device = new_device("mixed")
    session = Session(device, "classic")
    assert session.prompt
    run(device, in_mode(tree, "mixed"))
    session.feed("configure")
    shown = session.feed("info").text.split("\n")[1:-1]
    if shown:
        chosen = data.draw(st.integers(0, len(shown) - 1))
        for line in shown[:chosen]:
            session.feed(line)
        check(session, shown[chosen].strip())
