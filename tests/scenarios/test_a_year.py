"""More than a year in the life of a full node: 256 entries, outages, faults and restarts.

Everything random comes from the seed. What must hold at every step of half a day: each pair on disk
belongs together, the replaced pair too, and no certificate ends before its successor begins, except
where every CA was away for as long as the router had for the renewal.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

PKI = "system security pki"
SEED = 7030
ENTRIES = 256
DAYS = 400
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
FAULTS = (
    *(
        f"{operation} {action}"
        for operation in ("kur", "certconf")
        for action in [
            "no-answer",
            "http-500",
            "garbage",
            "reject",
            "wrong-nonce",
            "wrong-transaction",
            "unprotected",
            "bad-protection",
        ]
    ),
    *(
        f"{operation} {action}"
        for operation in ("kur", "simplereenroll")
        for action in ("wrong-key", "wrong-subject", "issue-expired", "waiting seconds 900")
    ),
    *(f"simplereenroll {action}" for action in ("no-answer", "http-500", "garbage", "reject")),
)


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
    """The node, what lives on it, and what has happened so far."""

    bench: object
    chance: random.Random
    renewing: list = field(default_factory=list)
    outages: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)

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

    @staticmethod
    def retry(number):
        return timedelta(hours=2 * (number % 3) + 3)

    # --- living ----------------------------------------------------------------------------------

    def live(self):
        """Go through the days, in which anything may happen; the CA is away twice for long."""
        end = self.bench.now() + timedelta(days=DAYS)
        long = [self.bench.now() + timedelta(days=days) for days in (120, 290)]
        while self.bench.now() < end:
            if long and self.bench.now() >= long[0]:
                long.pop(0)
                self.stay_away(timedelta(days=self.chance.randrange(5, 11)))
            elif self.chance.random() < 0.04:
                self.stay_away(timedelta(hours=self.chance.randrange(2, 24)))
            elif self.chance.random() < 0.3:
                self.trip()
            if self.chance.random() < 0.02:
                self.restart()
            self.advance(STEP)
            self.look()
            self.operate()

    def trip(self):
        """Let the CA do one thing wrong."""
        fault = self.chance.choice(FAULTS)
        self.bench.do("lab ca fault clear", f"lab ca fault add {fault} times 2")
        self.counts["faults"] += 1

    def stay_away(self, duration):
        """Let the CA give no answer to anybody for *duration*."""
        begin = self.bench.now()
        self.bench.do("lab ca fault clear", "lab ca fault add any no-answer times 1000000")
        while self.bench.now() < begin + duration:
            self.advance(min(STEP, begin + duration - self.bench.now()))
            self.look()
        self.bench.do("lab ca fault clear")
        self.outages.append((begin, self.bench.now()))

    def restart(self):
        """Stop the router and start it hours later."""
        hours = timedelta(hours=self.chance.randrange(6))

        def pass_by():
            with self.bench.lab.clock.stepping():
                self.bench.lab.clock.move_to(self.bench.now() + hours)

        self.bench.restart(between=pass_by)
        self.counts["restarts"] += 1

    def advance(self, duration):
        self.bench.do(f"lab clock advance {duration.total_seconds() // 60 + 1:.0f}m")

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


@pytest.mark.timeout(600)
def test_a_year_without_a_gap_that_anyone_could_have_prevented(opened, tmp_path, record_property):
    with opened(tmp_path / "node", validity=LIFE) as bench:
        life = Life(bench, random.Random(SEED))
        life.begin()
        life.live()
        bench.do("lab clock advance 1d")
        life.look()
        for entry in life.renewing:
            assert entry.facts.not_after > bench.now(), entry
            assert bench.state(entry.name)["update-state"] == "scheduled", entry
    for name, count in sorted(life.counts.items()):
        record_property(name, count)
        print(f"{name}: {count}")
    print(f"outages: {len(life.outages)}")
    assert life.counts["renewed by cmp"] > 3 * ENTRIES / 2
    assert life.counts["renewed by est"] > 3 * ENTRIES / 2
    assert life.counts["gaps"] > 0  # the two long outages must have mattered
    assert life.counts["faults"] > 50 and life.counts["restarts"] > 3
