"""A configuration at its maximum: loaded, validated and committed beside yanglint; completion, help.

Run from an environment in which srpki is installed, with yanglint (Debian's libyang-tools):
    python tests/benchmarks/scale.py [MOST [RUNS]]
Lists hold as many entries as their documented maximum allows, but MOST (256) at most. What is
measured beside yanglint is the median of RUNS (9) runs that take turns. Times are those of the
processor, user and system, but where they say wall.
"""

import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import maximum
import yang

from srpki.cli.session import Session
from srpki.config import persist
from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend.entry import RARELY
from srpki.netconf.session import NetconfSession
from srpki.schema.tree import SCHEMA

RUNS = 9
ROOT = SCHEMA.configure


def timed(action):
    """Return the seconds of the processor that *action* takes here."""
    begin = time.process_time()
    action()
    return time.process_time() - begin


def spent(words, **options):
    """Run *words*; return the seconds of the processor and of the wall that they took."""
    begin = time.perf_counter()
    with subprocess.Popen(words, **options) as child:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{words} ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - begin


def new_router(node):
    clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    return Router(node, clock=clock, entropy=SystemEntropy(), exchanges=None)


def load(node, file):
    """Load *file* into a candidate of the router at *node* and commit it."""
    gc.set_threshold(RARELY)  # as the program does
    router = new_router(node)
    candidate = router.node.datastore.open("private", "benchmark")
    candidate.replace(persist.load(ROOT, file.read_text(encoding="utf-8")))
    candidate.commit()  # which validates
    router.stop()


def in_process(function, *arguments):
    """Return what runs *function* of this file in a process of its own."""
    return [sys.executable, __file__, function, *map(str, arguments)]


def beside_yanglint(place, tree, runs):
    """Return the medians of both programs, a process each, on *tree* and on nothing.

    Each is the time of the processor and that of the wall.
    """
    yang.write(place)
    module = place / f"{yang.MODULE}.yang"
    times = {}
    for name, content in (("whole", tree), ("empty", type(tree)())):
        text, data = place / f"{name}.cfg", place / f"{name}.json"
        text.write_text(persist.dump(ROOT, content), encoding="utf-8")
        data.write_text(json.dumps(yang.document(ROOT, content)), encoding="utf-8")
        yanglint = shutil.which("yanglint") or "yanglint"
        theirs = [yanglint, "-p", str(place), "-t", "config", str(module), str(data)]
        environment = {**os.environ, "HOME": str(place)}
        ours, other = [], []
        for run in range(runs):
            ours.append(spent(in_process("load", place / f"{name}-{run}", text)))
            other.append(spent(theirs, env=environment))
        times[name] = [
            [statistics.median(each) for each in zip(*of, strict=True)] for of in (ours, other)
        ]
    return times


STEPS = (
    "info /configure",
    "info detail /configure",
    "info full-context /configure",
    "info json /configure",
    "compare",
    "validate",
    "commit",
    "admin save",
)


def steps(place, tree):
    """Yield each step of a session that has typed nothing yet, with its seconds."""
    router = new_router(place / "session")
    session = Session(router)
    answered(session, "edit-config private")
    session._shell.standing.editing.candidate.replace(tree)
    for line in STEPS:
        yield line, timed(lambda: answered(session, line))  # noqa: B023
    answered(session, '/configure system name "other"')
    yield "commit of one leaf", timed(lambda: answered(session, "commit"))
    yield "get-config by NETCONF", timed(lambda: get_config(router))
    # One of the logs goes to this session: its events follow what the command prints.
    printed = answered(session, "info full-context /configure").split("\n")
    lines = [line for line in printed if line.lstrip().startswith("/configure ")]
    router.stop()
    yield "start", timed(lambda: new_router(place / "session").stop())
    router = new_router(place / "paste")
    session = Session(router)
    answered(session, "edit-config private")
    yield f"paste of {len(lines)} lines", timed(lambda: [answered(session, one) for one in lines])
    answered(session, "commit")
    classic = Session(router, "classic")
    yield "classic: admin display-config", timed(lambda: answered(classic, "admin display-config"))
    shown = answered(classic, "admin display-config").split("\n")
    yield from at_the_keys("md", session, lines)
    yield from at_the_keys("classic", classic, list(absolute(shown)))
    router.stop()


BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
HELLO = (
    f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.0'
    "</capability></capabilities></hello>]]>]]>"
)
ASKED = (
    f'<rpc xmlns="{BASE}" message-id="1"><get-config><source><running/></source></get-config>'
    "</rpc>]]>]]>"
)


def get_config(router):
    """Ask for the running configuration as a client does, but for what carries the octets."""
    asked, said = iter((HELLO, ASKED, "")), []
    NetconfSession(router).serve(lambda: next(asked).encode(), said.append)
    if sum(map(len, said)) < 10_000:
        raise SystemExit(f"get-config: {said}")


def at_the_keys(name, session, lines):
    """Yield the 99th percentile of completion and of help while *lines* are typed."""
    for what, ask in (("completion", session.complete), ("?", session.help)):
        spent = sorted(timed(lambda: ask(text)) for text in positions(lines))  # noqa: B023
        yield f"{name}: {what}, p99 of {len(spent)}", spent[len(spent) * 99 // 100]


def absolute(shown):
    """Yield the lines of a classic configuration, each with the contexts that it stands in."""
    stack = []
    for line in shown:
        word = line.strip().removesuffix(" create")
        depth = len(line) - len(line.lstrip())
        if not word or word.startswith(("#", "echo", "exit")):
            continue
        stack = [(at, above) for at, above in stack if at < depth] + [(depth, word)]
        yield " ".join(above for _, above in stack)


def answered(session, line):
    answer = session.feed(line)
    if not answer.ok:
        raise SystemExit(f"{line}: {answer.text}")
    return answer.text


def positions(lines):
    """Yield what stands before the cursor after every word of some *lines*, and in its middle."""
    for line in lines[:: max(len(lines) // 400, 1)]:
        words = line.split()
        for number in range(len(words)):
            before = " ".join(words[:number]) + (" " if number else "")
            yield before
            yield before + words[number][: (len(words[number]) + 1) // 2]


def main():
    if sys.argv[1:2] == ["load"]:
        load(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    gc.set_threshold(RARELY)
    most, runs = (*map(int, sys.argv[1:]), *(maximum.MOST, RUNS)[len(sys.argv) - 1 :])
    tree = maximum.configuration(most)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        text = persist.dump(ROOT, tree)
        print(
            f"{maximum.entries(tree)} list entries, {text.count(chr(10))} lines, {len(text)} bytes"
        )
        print(f"\n{'':44}{'srpki':>10}{'yanglint':>10}{'ratio':>8}")
        times = beside_yanglint(place, tree, runs)
        whole, empty = times["whole"], times["empty"]
        for which, kind in enumerate(("processor", "wall")):
            full, none = ([each[which] for each in of] for of in (whole, empty))
            net = [one - other for one, other in zip(full, none, strict=True)]
            for label, (ours, theirs) in (
                ("load, validate, commit: process", full),
                ("the same of nothing: process", none),
                ("difference", net),
            ):
                figures = f"{ours * 1000:7.0f} ms{theirs * 1000:7.0f} ms{ours / theirs:8.1f}"
                print(f"{label:34}{kind:10}{figures}")
        print()
        for label, seconds in steps(place, tree):
            print(f"{label:44}{seconds * 1000:9.1f} ms")


if __name__ == "__main__":
    main()
