"""Whatever happens to a node, in any order: the pair is whole, and in the end all is well.

The histories are random but replayable: the parameter is the seed.
"""

import random
from collections import Counter
from datetime import timedelta

import pytest
from troubles import fail_next

FAULTS = (
    "kur reject failinfo badPOP", "kur http-500", "kur garbage", "kur wrong-key", "kur waiting",
    "certconf no-answer", "simplereenroll http-500", "simplereenroll waiting seconds 600",
    "simplereenroll wrong-subject", "simplereenroll garbage",
)  # fmt: skip


class History:
    """Things that may happen, each chosen by *chance*."""

    def __init__(self, bench, chance):
        self.bench, self.chance = bench, chance
        self.profile = "by-cmp"
        self.disturbed = False

    def time_passes(self):
        self.bench.advance(hours=self.chance.choice((1, 12, 100, 700)))

    def the_clock_jumps(self):
        self.bench.real.advance(timedelta(hours=self.chance.choice((1, 100, 700))))

    def the_clock_is_set_back(self):
        self.bench.advance(hours=-self.chance.choice((1, 30)))

    def the_ca_fails(self):
        self.bench.faults.add(self.chance.choice(FAULTS))

    def the_operator_imports(self):
        self.bench.enrol(validity=timedelta(days=self.chance.choice((2, 30, 90))))

    def the_operator_reconfigures(self):
        self.profile = self.chance.choice(("by-cmp", "by-est"))
        self.bench.configure(self.bench.entry(profile=self.profile))

    def the_operator_deletes_and_configures(self):
        self.bench.configure()
        self.the_operator_reconfigures()

    def the_application_refuses(self):
        fail_next(self.bench.engine.applications, "gw.crt")

    def the_node_restarts(self):
        self.bench.files.trouble = lambda *_: None
        self.bench.view = self.bench.configured(self.bench.entry(profile=self.profile))
        self.bench.reboot()

    def the_disk_fails_for_a_while(self):
        left = [self.chance.randrange(12), self.chance.randrange(1, 9)]

        def trouble(_operation, _path):
            left[0] -= 1
            if -left[1] <= left[0] < 0:
                raise OSError(5, "Input/output error")

        self.bench.files.trouble = trouble
        self.bench.advance(hours=700)
        self.bench.files.trouble = lambda *_: None

    def happens(self):
        events = [name for name in dir(self) if name.startswith("the_") or name == "time_passes"]
        getattr(self, self.chance.choice(events))()


@pytest.mark.parametrize("seed", range(25))
def test_the_pair_is_always_whole_and_in_the_end_it_is_renewed(bench, seed):
    history = History(bench, random.Random(seed))
    bench.enrol()
    bench.configure(bench.entry())
    for _ in range(20):
        history.happens()
        assert bench.whole()
        state = bench.state()
        assert state.update_state in {"scheduled", "wait-for-retry"}
        assert state.next_update_time is not None
    bench.faults.clear()
    bench.enrol()
    bench.advance(days=35)
    assert bench.state().update_state == "scheduled"
    assert bench.state().next_update_time > bench.clock.now()
    assert bench.engine.applications.held("gw.crt", "gw.key").certificate == bench.pair()[0]
    begun = Counter(e.type.number for e in bench.events)
    assert begun[2245] >= 1
    bench.engine.stop()


def test_every_update_that_starts_ends(bench):
    history = History(bench, random.Random(4711))
    bench.enrol()
    bench.configure(bench.entry())
    for _ in range(60):
        if (what := history.chance.random()) < 0.4:
            history.time_passes()
        elif what < 0.7:
            history.the_ca_fails()
        elif what < 0.9:
            history.the_operator_imports()
        else:
            history.the_operator_reconfigures()
    bench.faults.clear()
    bench.advance(days=1)
    events = Counter(event.type.number for event in bench.events)
    assert events[2245] == events[2246] + events[2247]
    assert events[2101] == 2 * events[2246]
