"""What one more node costs in a process that serves many: counted, not timed."""

import cProfile
import gc
import threading
import tracemalloc
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from srpki.config.edit import Edit
from srpki.core.clock import FrozenClock, SystemClock
from srpki.core.errors import UsageError
from srpki.core.timeline import Participant, Timeline
from srpki.frontend.joining.listening import Door
from srpki.frontend.labs import running_lab
from srpki.frontend.serve import room
from srpki.frontend.serve.network import Network
from srpki.frontend.serve.places import LOCAL, LabPlace, Place
from srpki.frontend.serve.running import _Serving
from srpki.schema.paths import Step, path

ENTRY = (*path("system", "security", "pki"), Step("certificate-auto-update", ("gw.crt",)))
MOST_OCTETS = 90_000
"""Octets of Python's for one idle node with an entry, its certificate not there."""


@pytest.fixture
def serving(tmp_path):
    """Nodes of one lab in one process; what is called opens so many more, with addresses or not."""
    place = LabPlace(name="town", directory=tmp_path / "town")
    with ExitStack() as stack:
        network = Network()
        stack.callback(network.stop)
        labs = {place: stack.enter_context(running_lab(place.directory))}
        served = _Serving(stack, network, Door(SystemClock()), labs)
        routers = []

        def more(count, *ssh):
            for number in range(len(routers), len(routers) + count):
                here = Place(name=f"gw{number}", directory=tmp_path / f"gw{number}", ssh=ssh)
                doors = served.serve(here.but(lab=place))
                leafs = {"key-file-name": "gw.key", "profile": "lab-est"}.items()
                datastore = doors._router.node.datastore
                datastore.edit([Edit("set", ENTRY + path(leaf), value) for leaf, value in leafs])
                routers.append(doors._router)
                if (first := doors._router.node.engine._built.scheduler._first) is not None:
                    first.join()

        yield more


def descriptors():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize(("ssh", "each"), [((), 1), ((LOCAL,), 2)], ids=["joined", "ssh"])
def test_one_more_node_costs_its_lock_and_its_addresses_and_no_thread(serving, ssh, each):
    serving(3, *ssh)
    few = threading.active_count(), descriptors()
    serving(10, *ssh)
    assert (threading.active_count() - few[0], descriptors() - few[1]) == (0, 10 * each)


def test_one_more_idle_node_costs_so_much_memory(serving):
    serving(3, LOCAL)
    gc.collect()
    tracemalloc.start()
    try:
        serving(10, LOCAL)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held / 10 < MOST_OCTETS


class Still:
    """A timer that never calls."""

    def call(self, do, seconds):
        self.asked = seconds

    def drop(self, do):
        pass


def test_who_is_due_first_is_found_without_a_look_at_all_nodes():
    """What is counted is calls; those that find a place in an order are C's, and one each."""
    counts = []
    for nodes in (10, 1000):
        clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
        timeline, members = Timeline(clock, Still()), [Participant() for _ in range(nodes)]
        for number, member in enumerate(members):
            timeline.join(member)
            timeline.say(member, clock.now() + timedelta(minutes=1 + number * 7 % 59))
        counting = cProfile.Profile()
        counting.runcall(timeline.say, members[3], clock.now() + timedelta(seconds=1))
        counting.runcall(timeline.leave, members[4])
        counts.append(sum(entry.callcount for entry in counting.getstats()))
        assert timeline._timer.asked == 1
    assert counts[0] == counts[1]


def places(tmp_path, count):
    shared = LabPlace(name="town", directory=tmp_path)
    return [
        Place(name=f"gw{number}", directory=tmp_path / f"gw{number}", ssh=(LOCAL,), lab=shared)
        for number in range(count)
    ]


def test_it_is_said_how_many_fit_before_the_first_is_opened(tmp_path, monkeypatch):
    wanted = []

    def may(limit):
        monkeypatch.setattr(room, "let_be_open", lambda most: wanted.append(most) or limit)

    needs = room.OTHERS + room.LAB + 2 * 100
    may(needs)
    room.make_room(places(tmp_path, 100))
    assert wanted == [room.USUAL]
    for limit, fit in ((needs - 1, 99), (needs - 20, 90), (room.OTHERS + 3, 0), (3, 0)):
        may(limit)
        with pytest.raises(UsageError, match=f"{needs} files .* {limit}, .* for {fit} of them"):
            room.make_room(places(tmp_path, 100))
    may(1 << 20)
    room.make_room(places(tmp_path, 40_000))
    assert wanted[-1] == room.OTHERS + room.LAB + 80_000
