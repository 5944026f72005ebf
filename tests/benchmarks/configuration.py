"""A configuration at its maximum: written, read, checked, a leaf of it committed, a node started on it.

Run from an environment in which srpki is installed:
    python tests/benchmarks/configuration.py [LARGE [ROUNDS]]
Lists hold LARGE (256) entries at most, as in scale.py. The quick ways are measured against the careful
ones, a commit and a start against the same in a configuration of FEW entries a list, in turns within
one process; of ROUNDS (7) the least counts. Each is the time of the processor, user and system, and
that of the wall.
"""

import contextlib
import gc
import itertools
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import maximum

from srpki.cli.session import Session
from srpki.config import braces, persist, quick_check, quick_reader, validate
from srpki.config.text import INDENT, brace_lines
from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend.entry import RARELY
from srpki.schema.tree import SCHEMA

LARGE, FEW = maximum.MOST, 2
ROUNDS = 7
ROOT = SCHEMA.configure
PKI = "/configure system security pki"
LEAFS = {
    "the node's name": '/configure system name "{}"',
    "of a ca-profile": f'{PKI} ca-profile "{{ca}}" description "{{}}"',
    "that restarts a ca-profile": f'{PKI} ca-profile "{{ca}}" cert-file "{{}}"',
    "of an update profile": f'{PKI} certificate-update-profile "{{up}}" retry-interval {{number}}',
    "of a log filter's entry": '/configure log filter "{filter}" named-entry "{entry}" description "{}"',
}
"""Leafs that are changed, by what they belong to."""


class Least:
    """The least time of each action, of the processor and of the wall."""

    def __init__(self):
        self._times = {}

    def measure(self, name, action):
        """Return what *action* returns; it is one of those called *name*."""
        gc.collect()
        begin = time.process_time(), time.perf_counter()
        done = action()
        spent = time.process_time() - begin[0], time.perf_counter() - begin[1]
        self._times[name] = tuple(map(min, spent, self._times.get(name, spent)))
        return done

    def beside(self, name, yardstick):
        """Return a row: both times of *name*, and their ratios to those of *yardstick*."""
        ours, theirs = self._times[name], self._times[yardstick]
        figures = (
            f"{one * 1000:9.1f} ms{other * 1000:9.1f} ms{one / other:8.3f}"
            for one, other in zip(ours, theirs, strict=True)
        )
        return f"{name:42}{''.join(figures)}"


def ways(least, text):
    """Measure the quick ways and the careful ones of what *text* describes."""
    tree = least.measure("read quickly", lambda: quick_reader.read(ROOT, text))
    careful = braces.BraceReader(ROOT)
    careful._is_new = False  # or it would ask the quick one first
    least.measure("read carefully", lambda: careful.read(text))
    written = least.measure("write, the first time", lambda: persist.dump(ROOT, tree))
    again = least.measure("write again", lambda: persist.dump(ROOT, tree))
    carefully = least.measure("write carefully", lambda: "\n".join(brace_lines(ROOT, tree, INDENT)))
    if not written == again == f"configure {{\n{carefully}\n}}\n" == text:
        raise SystemExit("the ways of writing differ")
    if not least.measure("check quickly", lambda: quick_check.is_whole(ROOT, tree)):
        raise SystemExit("the configuration is not whole")
    least.measure("check carefully", lambda: validate.carefully(ROOT, tree))


def router_on(node):
    clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    return Router(node, clock=clock, entropy=SystemEntropy(), exchanges=None)


@contextlib.contextmanager
def editing(node, tree):
    """Give a session on a router at *node* that has committed *tree*."""
    router = router_on(node)
    session = Session(router)
    answered(session, "edit-config private")
    session._shell.standing.editing.candidate.replace(tree)
    answered(session, "commit")
    yield session
    router.stop()


def answered(session, line):
    answer = session.feed(line)
    if not answer.ok:
        raise SystemExit(f"{line}: {answer.text}")


def first(tree, *names):
    """Return the name of the first entry of the list at *names*."""
    for name in names:
        tree = tree[name]
    return next(iter(tree))[0]


def commit(least, session, tree, size, number):
    """Measure the commit of each leaf in a configuration of that *size*."""
    pki = ("system", "security", "pki")
    log = first(tree, "log", "filter")
    named = {
        "ca": first(tree, *pki, "ca-profile"),
        "up": first(tree, *pki, "certificate-update-profile"),
        "filter": log,
        "entry": first(tree["log"]["filter"][(log,)], "named-entry"),
    }
    for what, line in LEAFS.items():
        answered(session, line.format(f"x{number % 1000:03}", number=3600 + number, **named))
        least.measure(f"commit a leaf {what}{size}", lambda: answered(session, "commit"))


def main():
    gc.set_threshold(RARELY)  # as the program does
    given = [int(one) for one in sys.argv[1:]]
    most, rounds = (*given, *(LARGE, ROUNDS)[len(given) :])
    large, small = maximum.configuration(most), maximum.configuration(FEW, FEW)
    text, least = persist.dump(ROOT, large), Least()
    print(f"{maximum.entries(large)} list entries, {text.count(chr(10))} lines, {len(text)} bytes")
    for _ in range(rounds):
        ways(least, text)
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as name:
        places = {"": (Path(name) / "large", large), ", few": (Path(name) / "small", small)}
        with editing(*places[""]) as one, editing(*places[", few"]) as other:
            for _ in range(rounds):
                number = next(numbers)
                commit(least, one, large, "", number)
                commit(least, other, small, ", few", number)
        for _ in range(rounds):
            for size, (node, _) in places.items():
                least.measure(f"start a node{size}", lambda: router_on(node)).stop()  # noqa: B023
    print(
        f"{'':42}{'processor':>12}{'beside':>12}{'ratio':>8}{'wall':>12}{'beside':>12}{'ratio':>8}"
    )
    for way in ("read quickly", "write, the first time", "write again", "check quickly"):
        print(least.beside(way, f"{way.partition(' ')[0].rstrip(',')} carefully"))
    for what in LEAFS:
        print(least.beside(f"commit a leaf {what}", f"commit a leaf {what}, few"))
    print(least.beside("start a node", "start a node, few"))
    print(least.beside("start a node", "read carefully"))


if __name__ == "__main__":
    main()
