"""What the CLIs print of a configuration, typed in again, is the same configuration."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.cli.session import Session
from srpki.config import datastore

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def typed(session, lines):
    for line in lines:
        answer = session.feed(line)
        assert answer.ok, f"{line!r}: {answer.text}"


def printed(new_device, tree, dialect, *lines):
    """Return what the last of *lines* prints on a device that runs *tree*."""
    device = new_device()
    device.datastore = datastore.Datastore(device.schema.configure, sealer=None, running=tree)
    session = Session(device, dialect)
    typed(session, lines[:-1])
    return session.feed(lines[-1]).text.split("\n")


@pytest.mark.parametrize("form", ["info", "info flat", "info full-context"])
@SETTINGS
@given(data=st.data())
def test_what_info_prints_is_read_back(new_device, strategies, form, data):
    tree = data.draw(strategies.trees)
    lines = printed(new_device, tree, "md", "edit-config read-only", form)
    device = new_device()
    session = Session(device)
    typed(session, ["edit-config private", *lines])
    assert session._shell.data("configure") == tree
    assert session.prompt.endswith("(pr)[/]\nA:admin@node-2# ")


@SETTINGS
@given(data=st.data())
def test_what_classic_info_prints_is_read_back(new_device, strategies, monkeypatch_module, data):
    """Values that equal a default, and half of what is one line, are not there in classic."""
    tree = data.draw(strategies.trees)
    shown = printed(new_device, tree, "classic", "configure", "info")
    device = new_device()
    typed(Session(device, "classic"), ["configure", *shown[1:-1]])
    again = printed(new_device, device.datastore.running, "classic", "configure", "info")
    assert again == shown
    assert _within(device.datastore.running, tree)


def _within(small, large):
    """Return whether all that *small* has is in *large* too."""
    if not hasattr(small, "items"):
        return small == large
    return all(key in large and _within(value, large[key]) for key, value in small.items())


@pytest.fixture(scope="module")
def monkeypatch_module():
    """Let references point nowhere: the order of what is typed is not what is tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datastore, "validate", lambda *_: ())
        yield


@SETTINGS
@given(data=st.data())
def test_what_compare_prints_of_everything_is_info_with_plus_signs(new_device, strategies, data):
    tree = data.draw(strategies.trees)
    lines = printed(new_device, tree, "md", "edit-config read-only", "info /configure")
    device = new_device()
    session = Session(device)
    typed(session, ["edit-config private", "configure {", *lines, "}"])
    compared = session.feed("compare /configure").text.split("\n")
    assert [line.replace("+", " ", 1) for line in compared] == lines
