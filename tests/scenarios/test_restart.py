"""What a restart of the router, or of the whole node with its lab, leaves as it was."""

import threading
import time
from datetime import timedelta

import pytest
from troubles import fail_next

from srpki.labca.transactions import TRANSACTIONS

PKI = "system security pki"
SECOND = timedelta(seconds=2)


def prepare(bench):
    """Let the node renew ``gw`` by CMPv2 and ``tls`` by EST."""
    bench.enrol_cmp("gw")
    bench.enrol_est("tls")
    bench.auto_update("gw", "lab-cmp")
    bench.auto_update("tls", "lab-est")
    bench.mark()


@pytest.fixture
def node(own):
    """A node that renews two certificates."""
    prepare(own)
    return own


def fail(bench):
    """Let both updates fail by hand."""
    bench.do("lab ca fault add kur http-500", "lab ca fault add simplereenroll http-500")
    for name in ("gw", "tls"):
        bench.refused(bench.update(name))


def pairs(bench):
    return bench.pair("gw") + bench.pair("tls")


def states(bench):
    return bench.state("gw"), bench.state("tls")


def test_waiting_for_a_retry_survives_a_restart_of_the_router(node):
    fail(node)
    before, files = states(node), pairs(node)
    reasons = node.reason("gw"), node.reason("tls")
    node.restart()
    assert states(node) == before
    assert (node.reason("gw"), node.reason("tls")) == reasons
    assert pairs(node) == files
    node.become_due("tls")
    assert [state["update-state"] for state in states(node)] == ["scheduled", "scheduled"]
    assert not set(pairs(node)) & set(files)


def test_waiting_for_a_retry_survives_a_restart_of_the_whole_node(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        prepare(bench)
        fail(bench)
        before, files, clock = states(bench), pairs(bench), bench.now()
    with opened(tmp_path / "node") as bench:
        assert states(bench) == before
        assert pairs(bench) == files
        assert bench.now() - clock < timedelta(seconds=30)  # the lab's clock goes on
        bench.become_due("tls")
        assert [state["update-state"] for state in states(bench)] == ["scheduled", "scheduled"]
        assert not set(pairs(bench)) & set(files)


def test_a_whole_node_comes_back_at_its_lab_time_with_its_ca(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        prepare(bench)
        bench.do("lab clock advance 400d")
        clock, before, secret = bench.now(), states(bench), bench.lab.server.secret
    with opened(tmp_path / "node") as bench:
        assert abs(bench.now() - clock) < timedelta(seconds=30)
        assert states(bench) == before
        assert bench.lab.server.secret == secret
        bench.do(bench.update("gw"), bench.update("tls"))


def test_a_retry_that_became_due_while_the_node_was_down_runs_at_once(node):
    fail(node)
    files = pairs(node)

    def three_hours_later():
        with node.lab.clock.stepping():
            node.lab.clock.move_to(node.now() + timedelta(hours=3))

    node.restart(between=three_hours_later)
    node.do("lab clock advance 1s")  # returns when what is due has ended
    assert not set(pairs(node)) & set(files)


def test_deadlines_that_passed_while_the_node_was_down_fire_once_each_in_order(node):
    files = pairs(node)
    first, last = sorted(("gw", "tls"), key=lambda name: node.instant(name, "next-update-time"))

    def a_month_later():
        with node.lab.clock.stepping():
            node.lab.clock.move_to(node.now() + timedelta(days=29, hours=12))

    node.restart(between=a_month_later)
    node.do("lab clock advance 1s")
    started = [event.fields["certificate"] for event in node.news(2245)]
    assert started == [f"{first}.crt", f"{last}.crt"]
    assert not set(pairs(node)) & set(files)


@pytest.mark.parametrize(
    ("name", "fault"), [("gw", "kur waiting"), ("tls", "simplereenroll waiting")]
)
def test_an_update_that_was_interrupted_in_step_2_begins_again(node, name, fault):
    """[auto-update.md section 4, persistence]."""
    files = node.pair(name)
    node.do(f"lab ca fault add {fault} seconds 3000")
    update = threading.Thread(
        target=node.router.node.run, args=("pki.update-certificate", {"certificate": f"{name}.crt"})
    )
    update.start()
    while fault in node.do("lab ca fault list"):  # until the CA has answered "waiting"
        pass
    assert node.state(name)["update-state"] == "in-progress"
    node.restart()
    update.join()
    patience = time.monotonic() + 20  # of a busy machine; the next retry is an hour away
    while node.state(name)["update-state"] != "scheduled":
        assert time.monotonic() < patience
    assert node.stored(f"{name}.crt.previous", f"{name}.key.previous") == files
    assert [event.number for event in node.news(2245, 2246, 2247)] == [2245, 2245, 2246]


def test_a_reload_that_is_owed_survives_a_restart_and_steps_1_to_3_are_not_repeated(node):
    node.configure(
        'ipsec cert-profile "p" entry 1 cert "gw.crt" key "gw.key"',
        'ipsec cert-profile "p" admin-state enable',
    )
    before = node.pair("gw")
    fail_next(node.router.node.engine.applications, "gw.crt")
    assert "step 4" in node.refused(node.update("gw"))
    renewed = node.pair("gw")
    assert node.stored("gw.crt.previous", "gw.key.previous") == before
    node.mark()
    node.restart()
    assert node.state("gw")["update-state"] == "wait-for-retry"
    node.become_due("gw")
    assert node.pair("gw") == renewed
    assert [event.number for event in node.news(2245, 2246, 2247, 2101)][-1] == 2246
    assert len(node.news(2101)) == 2
    assert node.state("gw")["update-state"] == "scheduled"


def test_a_damaged_state_record_costs_what_it_said_and_nothing_more(node):
    fail(node)
    records = sorted((node.node / "state" / "auto-update").iterdir())
    assert len(records) == 2

    def damage():
        for path in records:
            path.write_bytes(b'{"update_state": "in-prog\x00\xff')

    node.restart(between=damage)
    assert [state["update-state"] for state in states(node)] == ["scheduled", "scheduled"]
    reported = node.news(2043)  # tmnxPkiFileReadFailed
    assert len(reported) == 2
    assert all("damaged" in event.fields["reason"] for event in reported)


def test_a_request_that_the_ca_has_forgotten_is_refused_by_it_in_words(opened, tmp_path):
    """The CA has lost what it kept of open transactions; the router's side survives the restart."""
    poll = 'admin system security pki cmpv2 poll ca-profile "lab-ca"'
    with opened(tmp_path / "node") as bench:
        bench.key("gw")
        bench.do("lab ca fault add ir waiting seconds 60", bench.registration("gw"), "admin save")
    (kept,) = (tmp_path / "node").rglob(TRANSACTIONS)
    kept.unlink()
    with opened(tmp_path / "node") as bench:
        assert "transaction-status in-progress" in bench.do(
            'info /state system security pki ca-profile "lab-ca"'
        )
        bench.refused(poll)
        bench.do(bench.registration("gw"))
