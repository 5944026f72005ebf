"""More than a year in the life of two nodes: 88 entries, outages, faults, restarts and kills.

Everything random comes from the seed. What must hold at every step of half a day: each pair on disk
belongs together, the replaced pair too, and no certificate ends before its successor begins, except
where every CA was away for as long as the router had for the renewal. Faults count when they have
struck, which the CA's log tells, and each that does leaves its mark in the router's log.
"""

import random
import re
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from counting import met

PKI = "system security pki"
SEEDS = (7030, 9483)
"""Of each life, which is a test of its own."""
ENTRIES = 44
DAYS = 400
MORE_DAYS = 400
"""Days that follow at most, until every kind of fault has struck."""
LONG = 120
"""The day on which the CA goes away until it matters."""
STEP = timedelta(hours=12)
LIFE = timedelta(days=100)
RETRIES = 5
"""How many tries faults may cost in a row, each a retry-interval: what the router cannot help."""

SCHEDULES = (
    *(("before-expiry", days) for days in (3, 7, 20, 40)),
    *(("after-issue", days) for days in (50, 80)),
)
"""Days, for lives of a hundred; the margin is never less than three."""
KEYS = ("same-as-existing-key", "ecdsa curve secp256r1", "ecdsa curve secp384r1")
PROTOCOLS = {"cmp": 'cmpv2 ca-profile "lab-ca"', "est": 'est est-profile "lab-est"'}
WAIT = 900
"""Seconds for which a CA puts a request off."""
MARKS = {
    **{
        f"{operation} {action}": mark
        for operation in ("kur", "certconf")
        for action, mark in {
            "no-answer": "without an answer",
            "http-500": "HTTP status 500",
            "garbage": "not well formed",
            "wrong-nonce": "recipNonce",
            "wrong-transaction": "transactionID",
            "unprotected": "not protected",
            "bad-protection": "signature",
        }.items()
    },
    "kur reject": "badRequest",
    "certconf reject": "refused",
    "kur wrong-key": "another key",
    "simplereenroll wrong-key": "not for the key",
    **{
        f"{operation} {action}": mark
        for operation in ("kur", "simplereenroll")
        for action, mark in {"wrong-subject": "somebody else", "issue-expired": "expired"}.items()
    },
    "simplereenroll no-answer": "without an answer",
    "simplereenroll http-500": "500",
    "simplereenroll garbage": "base64",
    "simplereenroll reject": "403",
}
"""The kinds of faults that make a renewal fail, and what event 2247 says of each."""
PUT_OFF = ("kur waiting", "simplereenroll waiting")
"""The kinds after which it succeeds, later."""
KINDS = (*MARKS, *PUT_OFF)
STRUCK = re.compile(r"\(fault: (\w+ [\w-]+)")
CHILD = """\
import sys
from datetime import timedelta
from pathlib import Path
from srpki.cli.session import Session
from srpki.frontend.labs import opened_lab
life = timedelta(seconds=float(sys.argv[2]))
with opened_lab(Path(sys.argv[1]), validity=life) as (router, _):
    session = Session(router)
    for line in sys.stdin:
        print(session.feed(line.strip()).ok, flush=True)
"""
"""A process that does what it is told on a node, and what it is killed for."""


def protocol_of(kind):
    """Return the protocol that a kind of fault belongs to."""
    return "est" if kind.startswith("simplereenroll") else "cmp"


@dataclass
class Renewing:
    """One certificate of the node: how it is renewed, and what is on disk now."""

    name: str
    protocol: str
    schedule: tuple[str, int]
    retry: timedelta
    files: tuple = ()
    facts: object = None

    def due(self, facts):
        """Return when a certificate with *facts* is to be renewed."""
        kind, days = self.schedule
        if kind == "before-expiry":
            return facts.not_after - timedelta(days=days)
        return facts.not_before + timedelta(days=days)


@dataclass
class Life:
    """The node, what lives on it, and what has happened so far; *opened* opens the node again."""

    opened: object
    node: object
    chance: random.Random
    renewing: list = field(default_factory=list)
    outages: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    struck: Counter = field(default_factory=Counter)
    decks: dict = field(default_factory=dict)
    said: list = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def open(self):
        """Start the node, and listen to its CA."""
        self.bench = self.stack.enter_context(self.opened(self.node, validity=LIFE))
        self.bench.lab.server._write = self.said.append
        self.bench.mark()

    # --- beginning -------------------------------------------------------------------------------

    def begin(self):
        """Enrol every entry, half by each protocol, and let the router renew it."""
        lines = []
        for protocol, how in PROTOCOLS.items():
            for number, (kind, days) in enumerate(SCHEDULES):
                profile = f'{PKI} certificate-update-profile "{protocol}-{number}"'
                lines += [
                    f"{profile} {how}",
                    f"{profile} {kind} {days * 86400}",
                    f"{profile} retry-interval {self.retry(number).total_seconds():.0f}",
                    f"{profile} {KEYS[number % len(KEYS)]}",
                ]
        for number in range(ENTRIES):
            protocol = ("cmp", "est")[number % 2]
            schedule = self.chance.randrange(len(SCHEDULES))
            name = f"gw-{number}"
            (self.bench.enrol_cmp if protocol == "cmp" else self.bench.enrol_est)(name)
            lines.append(
                f'{PKI} certificate-auto-update "{name}.crt" key-file-name "{name}.key"'
                f' profile "{protocol}-{schedule}"'
            )
            self.renewing.append(
                Renewing(name, protocol, SCHEDULES[schedule], self.retry(schedule))
            )
            if number % 8 == 0:
                self.bench.do("lab clock advance 1h")
        self.bench.configure(*lines)
        self.look()
        self.bench.mark()

    @staticmethod
    def retry(number):
        return timedelta(hours=2 * (number % 3) + 6)

    # --- living ----------------------------------------------------------------------------------

    def live(self):
        """Go through the days, in which anything may happen; the CA is away once for long."""
        end = self.bench.now() + timedelta(days=DAYS)
        long = [self.bench.now() + timedelta(days=LONG)]
        while self.bench.now() < end or (
            self.missing() and self.bench.now() < end + timedelta(days=MORE_DAYS)
        ):
            if long and self.bench.now() >= long[0]:
                long.pop(0)
                self.stay_away(timedelta(days=self.chance.randrange(5, 11)), until_it_matters=True)
            elif self.chance.random() < 0.04:
                self.stay_away(timedelta(hours=self.chance.randrange(2, 24)))
            elif self.chance.random() < 0.3:
                self.trip()
            if self.chance.random() < 0.02:
                self.chance.choice((self.restart, self.kill))()
                self.look()
            self.advance(STEP)
            self.look()
            self.operate()

    def missing(self):
        """Return the kinds of faults that have not struck yet."""
        return {kind for kind in KINDS if not self.struck[kind]}

    def trip(self):
        """Let the CA be about to do one thing wrong by each protocol, once or twice."""
        waiting = self.waiting()
        for protocol in PROTOCOLS:
            if any(protocol == protocol_of(kind) for kind in waiting):
                continue
            deck = self.decks.setdefault(protocol, [])
            if not deck:  # every kind comes before any comes again
                deck += [kind for kind in KINDS if protocol == protocol_of(kind)]
                self.chance.shuffle(deck)
            kind = deck.pop()
            seconds = f" seconds {WAIT}" if kind in PUT_OFF else ""
            self.bench.do(f"lab ca fault add {kind}{seconds} times {self.chance.choice((1, 2))}")

    def waiting(self):
        """Return the kinds of faults that are still to strike."""
        return [" ".join(line.split()[:2]) for line in self.bench.faults()]

    def take_back(self):
        """Let what has not struck come next, once the CA is there again."""
        for kind in self.waiting():
            self.decks[protocol_of(kind)].append(kind)

    def stay_away(self, duration, *, until_it_matters=False):
        """Let the CA give no answer to anybody for *duration*, or until a certificate has ended."""
        begin = self.bench.now()
        self.take_back()
        self.bench.do("lab ca fault clear", "lab ca fault add any no-answer times 1000000")
        end = begin + duration
        while self.bench.now() < end or (until_it_matters and not self.anyone_ended()):
            self.advance(min(STEP, max(end - self.bench.now(), STEP / 2)))
            self.look()
        self.bench.do("lab ca fault clear")
        self.outages.append((begin, self.bench.now()))

    def anyone_ended(self):
        """Return whether a certificate has ended without a successor."""
        return any(entry.facts.not_after < self.bench.now() for entry in self.renewing)

    def restart(self):
        """Stop the router and start it hours later."""
        hours = timedelta(hours=self.chance.randrange(6))

        def pass_by():
            with self.bench.lab.clock.stepping():
                self.bench.lab.clock.move_to(self.bench.now() + hours)

        self.bench.restart(between=pass_by)
        self.counts["restarts"] += 1

    def kill(self):
        """Let another process go on with node and CA, and end it by SIGKILL at some moment."""
        self.bench.do("admin save")
        self.take_back()
        self.stack.close()
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, self.node, str(LIFE.total_seconds())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with child:
            child.stdin.write("lab clock advance 12h\n" * 40)
            child.stdin.flush()
            assert child.stdout.readline() == "True\n"
            with suppress(subprocess.TimeoutExpired):
                child.wait(self.chance.random() / 2)
            assert child.poll() is None
            child.kill()
        self.open()
        self.counts["kills"] += 1

    def advance(self, duration):
        """Let time pass, and find the mark of each fault that has struck on the way."""
        self.said.clear()
        self.bench.do(f"lab clock advance {duration.total_seconds() // 60 + 1:.0f}m")
        struck = Counter(kind for line in self.said for kind in STRUCK.findall(line))
        struck = Counter({kind: struck[kind] for kind in KINDS if struck[kind]})
        if not struck:
            return
        news = self.bench.news(2245, 2246, 2247)
        for kind, times in met(1, struck.items()):
            if kind in MARKS:
                failed = [event.fields["reason"] for event in news if event.number == 2247]
                assert sum(MARKS[kind] in reason for reason in failed) >= times, (kind, failed)
            else:
                assert self.put_off(news) >= times, (kind, news)
        self.struck += struck
        self.bench.mark()

    @staticmethod
    def put_off(news):
        """Return how often the CA has been asked again for what it issued in the end."""
        began, late = {}, 0
        for event in news:
            name = event.fields["certificate"]
            if event.number == 2245:
                began[name] = event.time
            elif event.number == 2246 and name in began:
                late += (event.time - began[name]) // timedelta(seconds=WAIT)
        return late

    def operate(self):
        """Enrol anew what has expired, as an operator does: CMPv2 cannot renew it."""
        for entry in self.renewing:
            if entry.protocol == "cmp" and entry.facts.not_after < self.bench.now():
                fresh = f"{entry.name}-{self.counts['enrolled anew']}"
                self.bench.enrol_cmp(fresh)
                for kind, end, source in (("certificate", "crt", "der"), ("key", "key", "key")):
                    self.bench.do(
                        f"admin system security pki import type {kind} format der"
                        f' input-url "cf3:/{fresh}.{source}" output-file "{entry.name}.{end}"'
                    )
                self.counts["enrolled anew"] += 1
                self.judge(entry, self.read(entry))

    # --- looking ---------------------------------------------------------------------------------

    def look(self):
        """Check what is on disk now; read again only what has changed."""
        for entry in self.renewing:
            if self.bench.pair(entry.name) != entry.files:
                self.look_at(entry)

    def look_at(self, entry):
        """Check the pair of *entry* and the one that it has replaced."""
        former = self.read(entry)
        if former is not None:
            self.counts[f"renewed by {entry.protocol}"] += 1
            self.judge(entry, former)
            assert self.bench.certificate(entry.name, ".previous").serial == former.serial

    def read(self, entry):
        """Read the pair of *entry*, which must belong together; return the facts of before."""
        former, entry.facts = entry.facts, self.bench.certificate(entry.name)
        entry.files = self.bench.pair(entry.name)
        return former

    def judge(self, entry, former):
        """Check that a gap in validity was not the router's doing."""
        if entry.facts.not_before > former.not_after:
            self.counts["gaps"] += 1
            assert self.helpless(entry, former), f"{entry}: {former}, outages {self.outages}"

    def helpless(self, entry, former):
        """Whether the CA was away for all the time in which *former* could have been renewed."""
        patience = RETRIES * entry.retry
        return any(
            begin <= entry.due(former) + patience and end >= former.not_after - patience
            for begin, end in self.outages
        )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_without_a_gap_that_anyone_could_have_prevented(
    opened, tmp_path, record_property, seed
):
    life = Life(opened, tmp_path / "node", random.Random(seed))
    with life.stack:
        life.open()
        life.begin()
        life.live()
        life.bench.do("lab ca fault clear")
        life.advance(timedelta(days=1))
        life.look()
        for entry in met(1, life.renewing):
            assert entry.facts.not_after > life.bench.now(), entry
            assert life.bench.state(entry.name)["update-state"] == "scheduled", entry
    life.counts["faults that struck"] = life.struck.total()
    life.counts["outages"] = len(life.outages)
    for name, count in sorted(life.counts.items()):
        record_property(name, count)
        print(f"{name}: {count}")
    assert life.missing() == set()
    assert life.struck.total() > len(KINDS)
    assert life.counts["renewed by cmp"] > 3 * ENTRIES / 2
    assert life.counts["renewed by est"] > 3 * ENTRIES / 2
    assert life.counts["gaps"] > 0  # the long outage must have mattered
    assert life.counts["restarts"] >= 2 and life.counts["kills"] >= 2
