"""Several sessions at one device, doing what comes to their minds [cli.md section 1.2].

What must hold whatever they do: nothing raises; the running configuration changes only by a commit
or by a classic edit; a private candidate is its owner's alone; nobody gets past an exclusive lock;
the marks of every prompt say what is true.
"""

from collections import Counter
from contextlib import contextmanager

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from srpki.cli.session import Session
from srpki.config.tree import get
from srpki.schema.paths import path

MODES = ("exclusive", "global", "private", "read-only")
PKI = "/configure system security pki"
UPDATE = f'{PKI} certificate-update-profile "u"'
EDITS = (
    f"{PKI} dynamic-ca true",
    f"{PKI} dynamic-ca false",
    f"{PKI} maximum-cert-chain-depth 3",
    f"{PKI} maximum-cert-chain-depth 4",
    f"{UPDATE} retry-interval 60",
    f"{UPDATE} retry-interval 61",
    f'{PKI} certificate-update-profile "v" rsa key-size 1024',
    f"delete {PKI} dynamic-ca",
    f"delete {PKI} certificate-update-profile",
    "delete /configure system",
)
CLASSIC_EDITS = (
    f"{PKI} dynamic-ca",
    f"{PKI} no dynamic-ca",
    f"{PKI} maximum-cert-chain-depth 5",
    f'{PKI} certificate-update-profile "u" create retry-interval 62',
    f'{PKI} no certificate-update-profile "u"',
)
DEPTH = path("system", "security", "pki", "maximum-cert-chain-depth")
USERS = ("ann", "bob", "cyd")


class Sessions(RuleBasedStateMachine):
    """Three users at the MD-CLI and one at the classic CLI."""

    device_class = None
    entered = None

    @initialize(begun=st.tuples(*[st.sampled_from(("private", "private", *MODES, ""))] * 3))
    def log_in(self, begun):
        self.device = self.device_class("mixed")
        self.md = {user: Session(self.device, "md", user=user) for user in USERS}
        self.classic = Session(self.device, "classic", user="dan")
        self.asking = set()
        for user, mode in zip(USERS, begun, strict=True):
            if mode:
                self.feed(user, f"edit-config {mode}")

    # --- what can be seen ---

    @property
    def running(self):
        return self.device.datastore.running

    def candidate(self, user):
        found = [one for one in self.device.datastore.candidates if one.owner == user]
        assert len(found) <= 1
        return found[0] if found else None

    def mode(self, user):
        candidate = self.candidate(user)
        return candidate.mode if candidate else None

    def holders(self, *others):
        return [user for user in USERS if user not in others and self.mode(user) == "exclusive"]

    def feed(self, user, line):
        answer = self.md[user].feed(line)
        assert "Traceback" not in answer.text
        assert not answer.closed
        self.asking.discard(user)
        if answer.question is not None:
            self.asking.add(user)
        return answer

    def waits(self):
        """Whether the candidate that global and exclusive sessions share has edits."""
        look = self.device.datastore.open("read-only", "nobody")
        dirty = look.dirty
        self.device.datastore.close(look)
        return dirty

    def clashes(self, user):
        """Whether *user* and somebody else have both changed one leaf, to different values."""
        candidate = self.candidate(user)
        trees = (candidate.baseline, candidate.tree, self.running) if candidate else ()
        return len({get(tree, DEPTH) for tree in trees}) == 3

    @contextmanager
    def nothing_runs_anew(self):
        before = self.running
        yield
        assert self.running == before

    @contextmanager
    def others_see_nothing(self, user):
        """Nobody but *user* has a candidate that changes, unless they share the global one."""
        shared = self.mode(user) != "private"
        before = {
            other: self.candidate(other).tree
            for other in USERS
            if other != user and self.mode(other) and not (shared and self.mode(other) != "private")
        }
        yield
        assert {other: self.candidate(other).tree for other in before} == before

    users = st.sampled_from(USERS)

    # --- what they do ---

    @rule(
        user=users, mode=st.sampled_from(MODES), how=st.sampled_from(["edit-config", "configure"])
    )
    def enter(self, user, mode, how):
        if user not in self.asking:
            self.try_to_enter(user, mode, how)

    @rule(
        user=users, mode=st.sampled_from(MODES), how=st.sampled_from(["edit-config", "configure"])
    )
    def enter_anew(self, user, mode, how):
        """Whoever has left may have any mode that nobody stands in the way of."""
        for line in ("exit all", "quit-config"):
            if user in self.asking or self.feed(user, line).question is not None:
                self.feed(user, "y")
        assert self.mode(user) is None
        self.try_to_enter(user, mode, how)

    def try_to_enter(self, user, mode, how):
        was = self.mode(user)
        held = self.holders(user)
        edited = self.waits() or any(self.mode(other) == "global" for other in USERS)
        with self.nothing_runs_anew():
            answer = self.feed(user, f"{how} {mode}")
        if was is not None:
            assert not answer.ok
            assert self.mode(user) == was
        elif held and mode in ("exclusive", "global"):
            assert not answer.ok
            number = 2052 if mode == "exclusive" else 2051
            if mode == "global":
                assert f"MINOR: MGMT_CORE #{number}: " in answer.text
            assert self.mode(user) is None
        elif edited and mode == "exclusive":
            assert not answer.ok
            assert "MINOR: MGMT_CORE #2052: Exclusive datastore access" in answer.text
        else:
            assert answer.ok
            assert self.mode(user) == mode
            self.entered[mode] += 1

    @rule(user=users, line=st.sampled_from(EDITS))
    def edit(self, user, line):
        if user in self.asking:
            return
        with self.nothing_runs_anew(), self.others_see_nothing(user):
            answer = self.feed(user, line)
        if self.mode(user) in (None, "read-only"):
            assert not answer.ok
        self.feed(user, "top")

    @rule(user=users, line=st.sampled_from(("", *EDITS[2:4])))
    def commit(self, user, line):
        if user not in self.asking:
            self.feed(user, line)
        if user in self.asking:
            return
        before, held, clash = self.running, self.holders(user), self.clashes(user)
        with self.others_see_running_or_nothing(user):
            answer = self.feed(user, "commit")
        if self.mode(user) in (None, "read-only") or held:
            assert not answer.ok
        elif clash:
            assert answer.text.startswith("MINOR: MGMT_CORE #2703: Commit canceled - conflicts")
        if answer.ok:
            candidate = self.candidate(user)
            assert candidate.tree == self.running
            assert not candidate.dirty
        else:
            assert self.running == before

    @contextmanager
    def others_see_running_or_nothing(self, user):
        """A commit of *user* leaves the edits in other private candidates alone."""
        before = {
            other: self.candidate(other).tree
            for other in USERS
            if other != user and self.mode(other) == "private"
        }
        yield
        assert {other: self.candidate(other).tree for other in before} == before

    @rule(user=users, line=st.sampled_from(["discard", "validate", "compare", "info", "update"]))
    def look_or_undo(self, user, line):
        if user in self.asking:
            return
        with self.nothing_runs_anew(), self.others_see_nothing(user):
            answer = self.feed(user, line)
        if self.mode(user) is None and line != "info":
            assert not answer.ok
        if line == "discard" and answer.ok and self.mode(user) == "private":
            assert not self.candidate(user).dirty

    @rule(user=users, line=st.sampled_from(["exit all", "quit-config", "exit", "back", "top", "z"]))
    def leave(self, user, line):
        if user in self.asking:
            return
        dirty = self.mode(user) in ("private", "exclusive") and self.candidate(user).dirty
        with self.nothing_runs_anew(), self.others_see_nothing(user):
            answer = self.md[user].control_z() if line == "z" else self.feed(user, line)
        if answer.question is not None:
            self.asking.add(user)
        if dirty:  # nothing is lost without a question
            assert self.candidate(user) is not None
            assert self.candidate(user).dirty

    @precondition(lambda self: self.asking)
    @rule(word=st.sampled_from(["y", "n", "", "maybe"]))
    def answer(self, word):
        user = min(self.asking)
        mode = self.mode(user)
        with self.nothing_runs_anew(), self.others_see_nothing(user):
            self.feed(user, word)
        assert (user in self.asking) == (word not in ("y", "n"))
        assert self.mode(user) == (None if word == "y" else mode)

    @rule(line=st.sampled_from(CLASSIC_EDITS))
    def edit_in_the_classic_cli(self, line):
        before, held = self.running, self.holders()
        private = {
            user: self.candidate(user).tree for user in USERS if self.mode(user) == "private"
        }
        answer = self.classic.feed(line)
        assert "Traceback" not in answer.text
        self.classic.feed("exit all")
        if held:
            assert self.running == before
            assert not answer.ok
        if not answer.ok:
            assert self.running == before
        assert {user: self.candidate(user).tree for user in private} == private

    # --- what holds always ---

    @invariant()
    def at_most_one_is_exclusive(self):
        if hasattr(self, "device"):
            modes = [self.mode(user) for user in USERS]
            assert modes.count("exclusive") <= 1
            assert not ("exclusive" in modes and "global" in modes)

    @invariant()
    def every_prompt_says_what_is_true(self):
        for user, session in getattr(self, "md", {}).items():
            context = session.prompt.split("\n")[1]
            candidate = self.candidate(user)
            if candidate is None:
                assert context.startswith("[/"), context
                continue
            marks = "!" if candidate.baseline != self.running else ""
            marks += "*" if candidate.tree != candidate.baseline else ""
            short = {"exclusive": "ex", "global": "gl", "private": "pr", "read-only": "ro"}
            short = short[candidate.mode]
            rest = context.removeprefix(marks)
            assert context.startswith(marks), context
            assert rest.startswith((f"({short})[/", f"[{short}:/configure")), context


def test_sessions_do_not_disturb_each_other(new_device):
    from hypothesis.stateful import run_state_machine_as_test

    met = Counter()

    class AtOneDevice(Sessions):
        device_class = new_device
        entered = met

    run_state_machine_as_test(
        AtOneDevice,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    assert all(met[mode] >= 10 for mode in MODES), met
