"""Two sessions edit by the room that every front end shares; none of them has a command line."""

from datetime import timedelta

import pytest

from srpki.config.edit import Edit
from srpki.config.errors import (
    ClassicOnlyError,
    ConflictError,
    InvalidConfigurationError,
    LockedError,
    NoCandidateError,
    ReadOnlyError,
)
from srpki.config.management import in_mode
from srpki.config.tree import EMPTY, get
from srpki.core.errors import RefusedError, SrpkiError
from srpki.frontend.node import opened
from srpki.management.reasons import problem_reasons, reasons
from srpki.management.session import CallerSession
from srpki.schema.paths import Step, path

NAME = path("system", "name")


class Program(CallerSession):
    """A caller by a protocol."""

    interface = "NETCONF"


@pytest.fixture
def router(tmp_path):
    with opened(tmp_path / "node", lab=False) as found:
        yield found


@pytest.fixture
def one(router):
    session = Program(router, "ann")
    yield session
    session.close()


@pytest.fixture
def two(router):
    session = Program(router, "bob")
    yield session
    session.close()


def named(value):
    return Edit("set", NAME, value)


def running(session):
    return get(session.device.datastore.running, NAME)


# --- who looks is in nobody's way ---


@pytest.mark.parametrize(
    ("mode", "entered"), [("global", False), ("read-only", True), ("private", True)]
)
@pytest.mark.parametrize("wanted", ["lock", "exclusive", "commit", "at once"])
def test_a_candidate_that_was_only_read_blocks_nobody(one, two, mode, entered, wanted):
    one.editing.open(mode, entered=entered)
    assert get(one.editing.candidate.tree, NAME) is None
    assert one.editing.validate() == ()
    match wanted:
        case "lock":
            two.editing.lock()
        case "exclusive":
            two.editing.open("exclusive")
        case "commit":
            two.editing.open("private")
        case "at once":
            two.editing.change_at_once([named("x")])
    if wanted != "at once":
        two.editing.edit(named("x"))
        two.editing.commit()
    assert running(two) == "x"


def test_who_has_entered_the_global_mode_keeps_others_from_the_lock(one, two):
    one.editing.open("global")
    for take in (two.editing.lock, lambda: two.editing.open("exclusive")):
        with pytest.raises(LockedError) as refusal:
            take()
        assert refusal.value.access == "exclusive"


def test_who_looks_counts_as_editing_from_the_first_edit_to_the_commit(one, two):
    one.editing.open("global", entered=False)
    one.editing.edit(named("x"))
    with pytest.raises(LockedError):
        two.editing.lock()
    one.editing.commit()
    two.editing.lock()
    two.editing.unlock()
    one.editing.edit(named("x"))  # it changes nothing, and counts all the same
    with pytest.raises(LockedError):
        two.editing.lock()
    one.editing.discard()
    two.editing.lock()


def test_who_looks_sees_the_edits_of_the_lock_and_may_add_none(one, two):
    one.editing.open("global", entered=False)
    two.editing.lock()
    two.editing.edit(named("x"))
    assert get(one.editing.candidate.tree, NAME) == "x"
    for attempt in (
        lambda: one.editing.edit(named("y")),
        one.editing.discard,
        one.editing.commit,
        lambda: one.editing.change_at_once([named("y")]),
    ):
        with pytest.raises(LockedError) as refusal:
            attempt()
        (reason,) = reasons(refusal.value)
        assert (reason.kind, reason.holder) == ("global-locked", two.editing.holder.id)
        assert "the NETCONF has exclusive lock" in reason.sentence
    assert get(two.editing.candidate.tree, NAME) == "x"


# --- the lock ---


def test_the_lock_has_a_holder_until_it_is_given_up(one, two):
    assert one.editing.holder is None
    one.editing.lock()
    (login, _) = one.device.sessions.all()
    assert two.editing.holder == ("ann", login.session_id, "NETCONF")
    with pytest.raises(LockedError) as refusal:
        two.editing.lock()
    assert refusal.value.holder == login.session_id
    with pytest.raises(RefusedError):
        two.editing.unlock()
    one.editing.edit(named("x"))
    one.editing.unlock()
    assert two.editing.holder is None
    assert not one.editing.dirty
    two.editing.lock()


def test_a_lock_needs_a_clean_candidate_even_when_the_edits_are_ones_own(one):
    one.editing.open("global", entered=False)
    one.editing.edit(named("x"))
    with pytest.raises(LockedError):
        one.editing.lock()
    assert one.editing.mode == "global"
    assert get(one.editing.candidate.tree, NAME) == "x"
    one.editing.discard()
    one.editing.lock()
    with pytest.raises(LockedError):
        one.editing.lock()
    assert one.editing.mode == "exclusive"


def test_who_has_entered_the_global_mode_may_lock_it_himself(one):
    one.editing.open("global")
    one.editing.lock()
    assert one.editing.mode == "exclusive"


def test_a_private_candidate_becomes_the_exclusive_one_with_its_edits(one, two):
    one.editing.open("private")
    one.editing.edit(named("x"))
    two.editing.lock()
    with pytest.raises(LockedError):
        one.editing.lock()
    assert get(one.editing.candidate.tree, NAME) == "x"
    two.editing.unlock()
    one.editing.lock()
    assert one.editing.mode == "exclusive"
    one.editing.commit()
    assert running(two) == "x"
    one.editing.edit(named("y"))
    one.editing.unlock()
    assert (one.editing.mode, one.editing.dirty) == ("private", False)
    two.editing.lock()


@pytest.mark.parametrize("how", ["disconnect", "close"])
def test_the_end_of_a_session_frees_its_lock_and_loses_its_edits(one, two, how):
    one.editing.lock()
    one.editing.edit(named("x"))
    if how == "close":
        one.close()
    else:
        one.device.sessions.end(one.device.sessions.all()[0])
    two.editing.lock()
    assert not two.editing.dirty
    for attempt in (
        lambda: one.editing.edit(named("y")),
        one.editing.commit,
        lambda: one.editing.change_at_once([named("y")]),
        one.editing.lock,
    ):
        with pytest.raises(SrpkiError):
            attempt()
    assert running(two) is None


# --- editing and committing ---


def test_without_a_candidate_nothing_can_be_edited(one):
    for attempt in (
        lambda: one.editing.edit(named("x")),
        one.editing.commit,
        one.editing.discard,
        one.editing.validate,
    ):
        with pytest.raises(NoCandidateError):
            attempt()
    one.editing.open("read-only")
    for attempt in (lambda: one.editing.edit(named("x")), one.editing.commit, one.editing.discard):
        with pytest.raises(ReadOnlyError):
            attempt()
    with pytest.raises(RefusedError):
        one.editing.open("private")


def test_a_node_in_classic_mode_is_edited_by_the_classic_cli_alone(one):
    store = one.device.datastore
    with store.lock:
        store.replace(in_mode(EMPTY, "classic"), ())
    for mode in ("private", "exclusive", "global"):
        with pytest.raises(ClassicOnlyError):
            one.editing.open(mode)
    with pytest.raises(ClassicOnlyError):
        one.editing.lock()
    one.editing.open("global", entered=False)
    with pytest.raises(ClassicOnlyError):
        one.editing.commit()


def test_a_commit_has_its_author_and_comment(one):
    one.editing.open("private")
    one.editing.edit(named("x"))
    one.editing.commit("why")
    commit = one.device.commits.last()
    assert (commit.author.user, commit.author.interface, commit.comment) == (
        "ann",
        "NETCONF",
        "why",
    )


def test_a_confirmed_commit_is_kept_or_taken_back(one, two):
    one.editing.open("private")
    one.editing.edit(named("x"))
    left = one.editing.commit(within=timedelta(seconds=90))
    assert timedelta(seconds=80) < left <= timedelta(seconds=90)
    assert two.editing.waiting <= left
    two.editing.open("private")
    two.editing.edit(named("y"))
    with pytest.raises(RefusedError):
        two.editing.commit()
    two.editing.cancel()
    assert (running(one), two.editing.waiting) == (None, None)
    with pytest.raises(RefusedError):
        two.editing.confirm()
    one.editing.commit(within=timedelta(seconds=90))
    two.editing.confirm()
    assert (running(one), two.editing.waiting) == ("x", None)


# --- reasons ---


def test_what_is_not_whole_is_told_with_its_place(one):
    one.editing.open("private")
    log = path("log", Step("log-id", ("30",)))
    one.editing.edit(Edit("set", (*log, *path("filter")), "none"))
    found = problem_reasons(one.editing.validate())
    assert found
    with pytest.raises(InvalidConfigurationError) as refusal:
        one.editing.commit()
    assert reasons(refusal.value) == found
    assert {reason.kind for reason in found} <= {"missing-reference", "missing-mandatory"}
    assert all(reason.path[:1] == path("log") for reason in found)


def test_each_conflict_is_told_with_its_place(one, two):
    for session, value in ((one, "x"), (two, "y")):
        session.editing.open("private")
        session.editing.edit(named(value))
    two.editing.commit()
    with pytest.raises(ConflictError) as refusal:
        one.editing.commit()
    (reason,) = reasons(refusal.value)
    assert (reason.kind, reason.path) == ("conflict", NAME)


# --- the end of the node ---


def test_a_node_that_stops_ends_its_sessions_first(router, one, two):
    told = []
    for session in (one, two):
        session.wake = lambda session=session: told.append((session, session.gone))
    one.editing.lock()
    router.stop()
    assert told == [(one, True), (two, True)]
    assert not two.begin()
    assert one.device.datastore.candidates == ()
    assert one.settle() == "stopped"
