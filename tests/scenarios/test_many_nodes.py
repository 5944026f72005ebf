"""Many nodes on one lab's clock and CA: each lives as if it were alone."""

import re
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from counting import met

from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend.labs import Lab
from srpki.frontend.parts import Exchanges

PLACE = re.compile(r"127\.0\.0\.1:[0-9]+")
BEGIN = datetime(2030, 1, 1, tzinfo=UTC)
FAULTS = (
    # Each of the nodes meets each of these once: what one takes, another does not miss.
    "kur http-500 times {nodes}",
    "kur waiting seconds 1000 times {nodes}",
    "pollreq waiting seconds 500 times {nodes}",
    "certconf no-answer after {nodes} times {nodes}",
    "simplereenroll reject times {nodes}",
    "simplereenroll waiting seconds 7200 times {nodes}",
)


@contextmanager
def fleet(opened, directory, nodes):
    """Run so many *nodes* beside one lab, whose clock stands at `BEGIN`."""
    assert opened  # it has loaded the module of workbenches
    workbench = sys.modules["workbench"].Workbench
    (directory / "lab").mkdir(parents=True)
    lab = Lab(directory / "lab")
    with ExitStack() as stack:
        lab.start()
        stack.callback(lab.stop)
        benches = []
        for number in range(nodes):
            node = directory / f"node-{number}"
            router = Router(
                node,
                clock=lab.clock,
                entropy=SystemEntropy(),
                exchanges=Exchanges(node),
                laboratory=lab,
            )
            router.start()
            stack.callback(router.stop)
            benches.append(workbench(router, lab))
        benches[0].do("lab clock stop", f"lab clock set {BEGIN:%Y-%m-%dT%H:%M:%SZ}")
        yield benches


def live(benches):
    """Let each node renew a certificate by each protocol for three months; return the logs."""
    for bench in benches:
        bench.enrol_cmp("gw")
        bench.auto_update("gw", "lab-cmp")
        bench.enrol_est("tls")
        bench.auto_update("tls", "lab-est")
        bench.mark()
    for fault in FAULTS:
        benches[0].do(f"lab ca fault add {fault.format(nodes=len(benches))}")
    benches[0].do("lab ca fault add any slow seconds 1 after 3")
    said = benches[0].do("lab clock advance 90d")
    assert benches[0].now() == BEGIN + timedelta(days=90)
    assert "No faults are scripted." in benches[0].do("lab ca fault list")
    return said, [
        [
            (event.time, event.number, PLACE.sub("the CA", str(event.fields)))
            for event in bench.news()
        ]
        for bench in benches
    ]


@pytest.fixture(scope="module")
def alone(opened, tmp_path_factory):
    """What is said of the advance, and the log of a node that is alone with the lab."""
    with fleet(opened, tmp_path_factory.mktemp("alone"), 1) as benches:
        said, (log,) = live(benches)
        return said, log


def test_a_node_alone_meets_all_that_is_scripted(alone):
    said, log = alone
    numbers = [number for _, number, _ in log]
    assert "Updates on the way: 9, of which failed: 3." in said
    assert (numbers.count(2245), numbers.count(2247)) == (9, 3)
    times = [time for time, number, text in log if number == 2246 and "'gw.crt'" in text]
    # A day before the end; the retry an hour later; the first poll goes out at once and is put off.
    due = BEGIN + timedelta(days=29)
    assert times[0] == due + timedelta(hours=1, seconds=500)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("nodes", [2, 20])
def test_each_of_many_nodes_lives_as_if_it_were_alone(opened, tmp_path, alone, nodes):
    with fleet(opened, tmp_path, nodes) as benches:
        said, logs = live(benches)
    assert said == alone[0]
    for log in met(1, logs):
        assert log == alone[1]
