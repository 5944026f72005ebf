"""A configuration at its maximum: loaded, validated and committed beside yanglint; completion, help.

Run from an environment in which srpki is installed, with yanglint (Debian's libyang-tools):
    python tests/benchmarks/scale.py [MOST]
Lists hold as many entries as their documented maximum allows, but MOST (256) at most.
"""

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
from srpki.schema.tree import SCHEMA

RUNS = 9
ROOT = SCHEMA.configure


def timed(action):
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def new_router(node):
    clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    return Router(node, clock=clock, entropy=SystemEntropy(), exchanges=None)


def load(node, file):
    """Load *file* into a candidate of the router at *node* and commit it."""
    router = new_router(node)
    candidate = router.datastore.open("private", "benchmark")
    candidate.replace(persist.load(ROOT, file.read_text(encoding="utf-8")))
    candidate.commit()  # which validates
    router.stop()


def in_process(function, *arguments):
    """Run *function* of this file in a process of its own."""
    words = [sys.executable, __file__, function, *map(str, arguments)]
    return lambda: subprocess.run(words, check=True)


def beside_yanglint(place, tree):
    """Return the medians of both programs, a process each, on *tree* and on nothing."""
    module = place / f"{yang.MODULE}.yang"
    module.write_text(yang.module(ROOT), encoding="utf-8")
    times = {}
    for name, content in (("whole", tree), ("empty", type(tree)())):
        text, data = place / f"{name}.cfg", place / f"{name}.json"
        text.write_text(persist.dump(ROOT, content), encoding="utf-8")
        data.write_text(json.dumps(yang.document(ROOT, content)), encoding="utf-8")
        theirs = [shutil.which("yanglint") or "yanglint", "-t", "config", str(module), str(data)]
        environment = {**os.environ, "HOME": str(place)}
        ours, other = [], []
        for run in range(RUNS):
            ours.append(timed(in_process("load", place / f"{name}-{run}", text)))
            other.append(timed(lambda: subprocess.run(theirs, check=True, env=environment)))  # noqa: B023
        times[name] = statistics.median(ours), statistics.median(other)
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
    session._shell.flow.candidate.replace(tree)
    for line in STEPS:
        yield line, timed(lambda: answered(session, line))  # noqa: B023
    lines = answered(session, "info full-context /configure").split("\n")
    router.stop()
    router = new_router(place / "paste")
    session = Session(router)
    answered(session, "edit-config private")
    yield f"paste of {len(lines)} lines", timed(lambda: [answered(session, one) for one in lines])
    answered(session, "commit")
    classic = Session(router, "classic")
    yield "classic: admin display-config", timed(lambda: answered(classic, "admin display-config"))
    answered(classic, "configure")
    yield "classic: info", timed(lambda: answered(classic, "info"))
    for dialect in ("md", "classic"):
        keys = Session(router, dialect)
        if dialect == "md":
            answered(keys, "edit-config private")
        for what, ask in (("completion", keys.complete), ("?", keys.help)):
            spent = sorted(timed(lambda: ask(text)) for text in positions(lines))  # noqa: B023
            yield f"{dialect}: {what}, p99 of {len(spent)}", spent[len(spent) * 99 // 100]
    router.stop()


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


def main(most=maximum.MOST):
    if sys.argv[1:2] == ["load"]:
        load(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    most = int(sys.argv[1]) if sys.argv[1:] else most
    tree = maximum.configuration(most)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        text = persist.dump(ROOT, tree)
        print(
            f"{maximum.entries(tree)} list entries, {text.count(chr(10))} lines, {len(text)} bytes"
        )
        print(f"\n{'':34}{'srpki':>10}{'yanglint':>10}{'ratio':>8}")
        times = beside_yanglint(place, tree)
        whole, empty = times["whole"], times["empty"]
        net = tuple(full - none for full, none in zip(whole, empty, strict=True))
        for label, (ours, theirs) in (
            ("load, validate, commit: process", whole),
            ("the same of nothing: process", empty),
            ("difference", net),
        ):
            print(f"{label:34}{ours * 1000:7.0f} ms{theirs * 1000:7.0f} ms{ours / theirs:8.1f}")
        print()
        for label, seconds in steps(place, tree):
            print(f"{label:44}{seconds * 1000:9.1f} ms")


if __name__ == "__main__":
    main()
