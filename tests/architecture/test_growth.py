"""Work grows with the number of entries, not with its square.

What is counted is calls, not seconds: the count is the same on every machine and in every run.
"""

from datetime import UTC, datetime, timedelta
from functools import partial

import maximum
import pytest
import router_files
from bare_scheduler import DAY, BareScheduler
from counting import calls, met

from srpki.cli.session import Session
from srpki.config import persist
from srpki.config.management import MODE
from srpki.config.strictness import IMPORT
from srpki.config.tree import EMPTY, put
from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.device.configuration.forms import Forms
from srpki.device.router import Router
from srpki.engine.jobs import Lane
from srpki.frontend.parts import ClassicForm
from srpki.protocol.steps import Wait
from srpki.schema.tree import SCHEMA

TIMES = 4
"""How much larger the large one is; what grew with the square would be 16 times the work."""
SLACK = 1.5


@pytest.fixture
def new_router(tmp_path):
    """Start a router, on a configuration if one is given; all are stopped at the end."""
    routers = []

    def start(tree=None):
        node = tmp_path / f"node-{len(routers)}"
        if tree is not None:
            (node / "cf3").mkdir(parents=True)
            text = persist.dump(SCHEMA.configure, tree)
            (node / "cf3" / "config.cfg").write_text(text, encoding="utf-8")
        clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
        router = Router(node, clock=clock, entropy=SystemEntropy(), exchanges=None)
        routers.append(router)
        return router

    yield start
    for router in routers:
        router.stop()


def typed(session, *lines):
    for line in met(1, lines):
        answer = session.feed(line)
        assert answer.ok, f"{line}: {answer.text}"
    return answer.text


def sizes(most=8, nested=8):
    """Return a small and a large configuration, and how much larger the large one is."""
    small, large = (maximum.configuration(number, nested) for number in (most, most * TIMES))
    return small, large, maximum.entries(large) / maximum.entries(small)


WHOLE = {
    "load": None,
    "info": ("md", "info /configure"),
    "detail": ("md", "info detail /configure"),
    "full-context": ("md", "info full-context /configure"),
    "json": ("md", "info json /configure"),
    "compare": ("md", "compare"),
    "validate": ("md", "validate"),
    "commit": ("md", "commit"),
    "save": ("md", "admin save"),
    "display-config": ("classic", "admin display-config"),
    "classic info": ("classic", "info detail"),
}


@pytest.mark.parametrize("what", WHOLE)
def test_what_is_done_with_a_whole_configuration_takes_each_entry_once(new_router, what):
    *trees, larger = sizes()
    new_router(sizes()[0])  # so that both find every module imported, and no text kept
    small, large = (calls(_prepared(new_router, what, tree)) for tree in trees)
    assert large <= small * larger * SLACK


def _prepared(new_router, what, tree):
    if WHOLE[what] is None:
        return lambda: new_router(tree)
    dialect, line = WHOLE[what]
    if what in ("compare", "commit"):
        session = Session(new_router(), "md")
        typed(session, "edit-config private")
        session.editing.candidate.replace(tree)
    else:
        session = Session(new_router(tree), dialect)
        typed(session, "edit-config private" if dialect == "md" else "configure")
    typed(session, "pwc")
    return lambda: typed(session, line)


PKI = "configure system security pki"
ONE_LEAF = {
    "configure system name n{}": 0.05,
    PKI + " ca-profile ca-profile-name-00003 description d{}": 0.15,
    PKI + " ca-profile ca-profile-name-00003 cert-file f{}": 0.6,
    PKI + " certificate-update-profile profile-name-00003 retry-interval {}": 0.15,
    PKI + " certificate-auto-update certificate-file-nam-00003 key-file-name k{}": 0.15,
    "configure system security tls cert-profile cert-profile-name-00003 entry 2 key-file k{}": 0.4,
    "configure ipsec cert-profile cert-profile-name-00003 entry 2 key k{}": 0.6,
    "configure log filter filter-name-00003 named-entry entry-name-00003 description d{}": 0.6,
}
"""Lines that set one leaf, and how many calls each entry more of a configuration may add.

A look at everybody takes who uses which file once one has changed, which ca-profiles are up once
one has restarted, and what each log takes once a filter has changed.
"""


@pytest.fixture(scope="module")
def calls_of_commits(tmp_path_factory):
    """Return the calls of the commit of each line in a small and a large configuration, and more.

    That is how many more entries the large one has.
    """
    trees = [maximum.configuration(most, 8) for most in (16, 16 * TIMES)]
    found = []
    for tree in trees:
        clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
        node = tmp_path_factory.mktemp("node")
        router = Router(node, clock=clock, entropy=SystemEntropy(), exchanges=None)
        session = Session(router, "md")
        typed(session, "edit-config private")
        session.editing.candidate.replace(tree)
        typed(session, "commit", "configure system name x", "commit")
        work = {}
        for line in met(len(ONE_LEAF), ONE_LEAF):
            typed(session, line.format(3601), "commit", line.format(3602))
            work[line] = calls(partial(typed, session, "commit"))
        router.stop()
        found.append(work)
    return *found, maximum.entries(trees[1]) - maximum.entries(trees[0])


@pytest.mark.parametrize("line", ONE_LEAF)
def test_a_commit_of_one_leaf_looks_at_nothing_else(calls_of_commits, line):
    """It is checked, written anew and taken into use where it stands; all else is passed by."""
    small, large, more = calls_of_commits
    assert large[line] <= small[line] + ONE_LEAF[line] * more


def test_pasting_a_configuration_takes_each_line_alike(new_router):
    def per_line(tree):
        shown = Session(new_router(tree))
        typed(shown, "pwc")  # after which stand the events of its log-in
        lines = typed(shown, "info full-context /configure").split("\n")
        session = Session(new_router())
        typed(session, "edit-config private", lines[0])
        work = calls(lambda: typed(session, *lines))
        typed(session, "commit")
        assert session._shell.device.datastore.running == tree
        return work / len(lines)

    small, large, _ = sizes(most=2, nested=2)
    assert per_line(large) <= per_line(small) * SLACK


@pytest.mark.parametrize("form", ["classic", "braces", "flat", "kept"])
def test_reading_a_configuration_takes_each_line_alike(form):
    forms = Forms(SCHEMA.configure, FrozenClock(datetime(2026, 11, 25, tzinfo=UTC)), ClassicForm())
    make = {
        "classic": router_files.classic_file,
        "braces": router_files.md_file,
        "flat": lambda number: router_files.flat(router_files.md_file(number)),
        "kept": lambda number: persist.dump(SCHEMA.configure, maximum.configuration(number, 1)),
    }[form]
    small, large = make(16), make(16 * TIMES)
    forms.decode(small, IMPORT)  # so that both find every module imported
    works = [calls(lambda text=text: forms.decode(text, IMPORT)) for text in (small, large)]
    per_line = [work / text.count("\n") for work, text in zip(works, (small, large), strict=True)]
    assert per_line[1] <= per_line[0] * SLACK


ENTRY = (
    'certificate-update-profile "p{0}" create',
    "retry-interval 3600",
    "back",
    'certificate-auto-update "c{0}.crt" create',
    'key-file "c{0}.key"',
    'profile "p{0}"',
    "back",
)
GONE = ('no certificate-auto-update "c{0}.crt"', 'no certificate-update-profile "p{0}"')


def test_classic_commands_take_as_long_in_a_large_configuration_as_in_a_small_one(new_router):
    """Each is a commit of its own: nothing may look at everything."""

    def per_entry(number):
        session = Session(new_router(put(EMPTY, MODE, "mixed")), "classic")
        typed(session, "configure system security pki", *(line.format("x") for line in ENTRY))
        lines = [line.format(each) for each in range(number) for line in (*ENTRY, *GONE)]
        lines.sort(key=lambda line: line.startswith("no "))
        return calls(lambda: typed(session, *lines)) / number

    assert per_entry(16 * TIMES) <= per_entry(16) * SLACK


class Renewing(BareScheduler):
    """Entries of one CA, that is asked by *lane*; each is due an hour after the one before."""

    def __init__(self, number, lane, apart=timedelta(hours=1)):
        super().__init__()
        for each in range(number):
            self.files.issue(f"c{each}", self.clock.now() + each * apart, 300 * DAY)
            self.files.set_profile(f"c{each}", lane)
        self.configure(f"c{each}" for each in range(number))

    def step(self):
        """Come to what is due next, and return how many calls that step takes."""
        at = self.scheduler.next_instant()
        self.clock.jump(at - self.clock.now())
        return calls(self.scheduler.step)


class Failing(Renewing):
    """Their CA says no."""

    def ends(self, job):
        return 2, DAY, False


class Polling(Renewing):
    """Their CA wants to be asked again, and lets nobody else ask meanwhile."""

    def waits(self, job):
        yield Wait(60, "the CA")


NARROW, WIDE = Lane("ca", 1, while_waiting=True), Lane("est", 4)
AT_ONCE = timedelta()


@pytest.mark.parametrize(
    "make",
    [
        lambda number: Renewing(number, NARROW),
        lambda number: Renewing(number, NARROW, AT_ONCE),
        lambda number: Failing(number, WIDE),
        lambda number: Failing(number, WIDE, AT_ONCE),
        lambda number: Polling(number, NARROW, AT_ONCE),
        lambda number: Polling(number, WIDE, AT_ONCE),
    ],
    ids=["apart", "at once", "failing", "failing at once", "queued", "polling"],
)
def test_a_step_of_the_scheduler_takes_no_longer_among_many_entries(make):
    make(1).step()  # so that each finds every module imported
    few, many = ([world.step() for _ in range(20)] for world in (make(16), make(256)))
    assert max(many) <= max(few)
