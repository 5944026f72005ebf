"""A commit that is taken back by itself unless somebody accepts it in time."""

import threading
from datetime import timedelta

import pytest

from srpki.config.datastore import Datastore
from srpki.config.edit import Edit
from srpki.config.tree import get
from srpki.core.errors import RefusedError
from srpki.device.configuration.commits import Commits
from srpki.device.configuration.history import Author
from srpki.schema.paths import Step, path
from srpki.schema.tree import SCHEMA

JO = Author("jo")
NAME = path("system", "name")
PROFILE = (*path("system", "security", "pki"), Step("ca-profile", ("lab",)))
MINUTES = timedelta(minutes=10)


def confirmed(node, name="trial", mode="private"):
    """Commit *name* for ten minutes; return the candidate, which is still open."""
    candidate = node.candidate(mode)
    candidate.set(NAME, name)
    node.router.node.commits.commit_confirmed(candidate, JO, timedelta(minutes=10))
    return candidate


@pytest.fixture
def trial(node):
    """A node where ``former`` is saved and ``trial`` waits to be accepted."""
    node.commit("former")
    node.open = confirmed(node)
    return node


def test_a_confirmed_commit_runs_at_once_and_says_how_long_it_waits(trial):
    assert trial.name == "trial"
    assert trial.router.node.commits.remaining() == MINUTES
    trial.advance(minutes=4)
    assert trial.router.node.commits.remaining() == timedelta(minutes=6)


@pytest.mark.parametrize("mode", ["private", "exclusive", "global"])
def test_at_its_deadline_it_is_taken_back_and_the_edits_are_in_the_candidate(node, mode):
    node.commit("former")
    candidate = confirmed(node, mode=mode)
    assert not candidate.dirty
    node.advance(minutes=9, seconds=59)
    assert node.name == "trial"
    node.advance(seconds=1)
    assert node.name == "former"
    assert node.router.node.commits.remaining() is None
    assert candidate.dirty
    assert not candidate.outdated
    assert [(change.path, change.old, change.new) for change in candidate.changes()] == [
        (NAME, "former", "trial")
    ]
    node.router.node.commits.commit(candidate, JO)
    assert (node.name, node.saved()) == ("trial", "trial")


def test_a_clock_that_is_set_back_makes_nobody_wait_longer(trial):
    """Ten minutes were meant, not ten minutes and the time by which the clock was ahead."""
    trial.advance(minutes=4)
    trial.advance(days=-400)
    assert trial.router.node.commits.remaining() == MINUTES
    trial.advance(minutes=9)
    assert trial.name == "trial"
    assert trial.router.node.commits.remaining() == timedelta(minutes=1)
    trial.advance(minutes=1)
    assert trial.name == "former"


def test_what_is_accepted_after_that_stays(trial):
    trial.advance(days=-400)
    trial.router.node.commits.accept()
    trial.advance(days=401)
    assert trial.name == "trial"


def test_edits_made_meanwhile_stay_in_the_candidate_too(trial):
    trial.open.create(PROFILE)
    trial.advance(minutes=10)
    assert [change.path for change in trial.open.changes()] == [NAME, PROFILE]
    trial.open.discard()
    assert not trial.open.dirty


def test_without_its_session_it_is_taken_back_all_the_same(trial):
    trial.open.close()
    trial.advance(days=1)
    assert trial.name == "former"


def test_the_saved_configuration_is_the_former_one_until_it_is_accepted(trial):
    assert trial.saved() == "former"
    trial.router.node.commits.accept()
    assert trial.saved() == "trial"
    assert trial.saved(".1") == "former"
    trial.advance(days=1)
    assert trial.name == "trial"
    assert trial.router.node.commits.remaining() is None


def test_cancelled_it_is_taken_back_now(trial):
    trial.router.node.commits.cancel()
    assert trial.name == "former"
    assert trial.open.dirty
    trial.router.node.commits.commit(trial.open, JO)
    trial.advance(days=1)  # nothing is left of the deadline
    assert (trial.name, trial.saved()) == ("trial", "trial")


@pytest.mark.parametrize("action", ["accept", "cancel"])
def test_where_nothing_waits_there_is_nothing_to_accept_or_cancel(node, action):
    with pytest.raises(RefusedError, match="no confirmed commit waits"):
        getattr(node.router.node.commits, action)()
    confirmed(node)
    node.router.node.commits.accept()
    with pytest.raises(RefusedError, match="no confirmed commit waits"):
        getattr(node.router.node.commits, action)()


def test_while_it_waits_nothing_else_is_committed_edited_or_saved(trial):
    """What is taken back is the whole configuration: nobody else's changes may go with it."""
    other = trial.candidate()
    other.set(NAME, "other")
    commits = trial.router.node.commits
    for attempt in (
        lambda: commits.commit(other, JO),
        lambda: commits.commit_confirmed(other, JO, timedelta(minutes=1)),
        lambda: commits.commit_confirmed(trial.open, JO, timedelta(minutes=1)),
        lambda: trial.router.node.datastore.edit([Edit("set", NAME, "other")]),
        trial.router.node.save,
    ):
        with pytest.raises(RefusedError, match="a confirmed commit waits - accept or cancel"):
            attempt()
    assert trial.name == "trial"
    assert other.dirty
    assert len(commits.history()) == 2
    trial.advance(minutes=10)
    assert trial.name == "former"


@pytest.mark.parametrize("later", [timedelta(), timedelta(minutes=30)])
def test_a_restart_takes_it_back(trial, later):
    trial.router.stop()
    trial.real.advance(later)
    trial.router = None
    trial.restart()
    assert trial.name == "former"
    assert trial.router.node.commits.remaining() is None
    trial.commit("later")
    trial.advance(days=1)
    assert trial.name == "later"


def test_the_engine_sees_the_commit_and_that_it_is_taken_back(node):
    candidate = node.candidate()
    candidate.create(PROFILE)
    node.router.node.commits.commit_confirmed(candidate, JO, timedelta(minutes=10))
    assert set(node.router.node.engine.view.ca_profiles) == {"lab"}
    node.advance(minutes=10)
    assert set(node.router.node.engine.view.ca_profiles) == set()


def test_a_clock_that_jumps_over_the_deadline_takes_it_back(trial):
    trial.real.advance(timedelta(hours=5))
    assert trial.router.node.commits.remaining() == timedelta()
    trial.advance(seconds=0)
    assert trial.name == "former"


def test_the_next_confirmed_commit_has_a_deadline_of_its_own(trial):
    trial.advance(minutes=6)
    trial.router.node.commits.accept()
    confirmed(trial, "second")
    trial.advance(minutes=6)  # beyond the first deadline
    assert trial.name == "second"
    trial.advance(minutes=4)
    assert trial.name == "trial"


def test_a_deadline_that_has_passed_is_noticed_by_the_scheduler_itself(trial):
    taken_back = threading.Event()
    trial.router.node.datastore.subscribe(Watcher(taken_back))
    trial.real.advance(MINUTES)
    trial.router.node.engine.plan(trial.clock.now(), lambda: None)  # makes it look at the clock
    assert taken_back.wait(20)
    assert trial.name == "former"


class Watcher:
    """Takes part in commits to know when there is one."""

    def __init__(self, event):
        self._event = event

    def prepare(self, old, new):
        pass

    def apply(self, old, new):
        self._event.set()

    def abort(self):
        pass


class Deadlines:
    """Plans nothing but remembers what was planned, to call it late."""

    def __init__(self):
        self.planned = []

    def __call__(self, at, do, anew=None):
        self.planned.append(do)
        return lambda: None


def test_a_deadline_that_fires_too_late_takes_nothing_back(node):
    """It may be on its way already, waiting for the lock, while somebody accepts."""
    datastore, deadlines = Datastore(SCHEMA.configure, sealer=None), Deadlines()
    commits = Commits(datastore, node.clock, plan=deadlines)
    for name, minutes in (("first", 1), ("second", 2)):
        candidate = datastore.open("private", "jo")
        candidate.set(NAME, name)
        commits.commit_confirmed(candidate, JO, timedelta(minutes=minutes))
        if name == "first":
            commits.accept()
    late, due = deadlines.planned
    late()
    assert get(datastore.running, NAME) == "second"
    commits.end()
    due()
    assert get(datastore.running, NAME) == "second"
