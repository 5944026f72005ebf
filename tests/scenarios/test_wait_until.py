"""``wait until``: a script that waits for a renewal, a state, an event; by the lab's clock and real."""

import threading

import pytest

from srpki.cli.session import Session
from srpki.core.events import FILE_RELOADED
from srpki.frontend.labs import opened_lab
from srpki.frontend.node import opened

ENROL = """\
admin system security pki generate-keypair save-path "cf3:/gw.key" ecdsa-curve secp256r1
admin system security pki import type key format der input-url "cf3:/gw.key" output-file "gw.key"
admin system security pki est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key" subject-dn "CN=gw" output-file "gw.crt"
edit-config private
/configure system security pki certificate-auto-update "gw.crt" profile "lab-est" key-file-name "gw.key"
commit
quit-config
"""


class Typist:
    def __init__(self, router):
        self.router = router
        self.session = Session(router)

    def __call__(self, line):
        return self.session.feed(line)

    def serial(self):
        return self.router.node.keystore.read_certificate("gw.crt")


@pytest.fixture
def lab(tmp_path):
    with opened_lab(tmp_path / "node") as (router, _):
        typed = Typist(router)
        for line in ENROL.splitlines():
            answer = typed(line)
            assert answer.ok, answer.text
        yield typed


def test_the_lab_clock_moves_to_the_renewal_and_no_further(lab):
    before, due = lab.serial(), lab.router.node.engine.states()["gw.crt"].next_update_time
    assert lab('wait until certificate "gw.crt" renewed timeout 5000000').ok
    assert lab.serial() != before
    assert 0 <= (lab.router.node.clock.now() - due).total_seconds() < 60


def test_what_was_enrolled_in_the_session_is_not_renewed_yet_and_the_timeout_says_when(lab):
    due = lab.router.node.engine.states()["gw.crt"].next_update_time
    began = lab.router.node.clock.now()
    answer = lab('wait until certificate "gw.crt" renewed')
    assert not answer.ok
    assert "300 seconds" in answer.text and f"{due:%Y-%m-%d}" in answer.text
    assert 300 <= (lab.router.node.clock.now() - began).total_seconds() < 330


def test_a_renewal_earlier_in_the_session_counts_and_in_the_next_session_no_more(lab):
    assert lab('admin system security pki update-certificate certificate "gw.crt"').ok
    assert lab('wait until certificate "gw.crt" renewed').ok
    assert not Typist(lab.router)('wait until certificate "gw.crt" renewed').ok


def test_the_same_file_imported_again_is_no_renewal_but_another_one_is(lab):
    lab(
        'admin system security pki export type certificate input-file "gw.crt" output-url cf3:/a.pem format pem'
    )
    lab('admin system security pki update-certificate certificate "gw.crt"')
    again = Typist(lab.router)
    lab(
        'admin system security pki export type certificate input-file "gw.crt" output-url cf3:/b.pem format pem'
    )
    importing = 'admin system security pki import type certificate format pem input-url cf3:/{} output-file "gw.crt"'
    assert again(importing.format("b.pem")).ok
    assert not again('wait until certificate "gw.crt" renewed timeout 1').ok
    assert again(importing.format("a.pem")).ok
    assert again('wait until certificate "gw.crt" renewed timeout 1').ok


def test_states_and_events_are_waited_for(lab):
    lab("lab ca fault add any http-500 times 9")
    assert lab('wait until certificate "gw.crt" state wait-for-retry timeout 5000000').ok
    assert lab('wait until certificate "gw.crt" event 2247').ok
    lab("lab ca fault clear")
    assert lab("wait until event 2246 timeout 100000").ok
    assert lab('wait until certificate "gw.crt" state scheduled').ok


def test_an_entry_that_cannot_be_renewed_is_not_waited_for(lab):
    lab("file remove cf3:/system-pki/gw.key force")
    began = lab.router.node.clock.now()
    answer = lab('wait until certificate "gw.crt" renewed timeout 5000000')
    assert not answer.ok and "nothing is due" in answer.text and "gw.key" in answer.text
    assert (lab.router.node.clock.now() - began).total_seconds() < 60
    assert lab('wait until certificate "gw.crt" state invalid').ok
    assert "does not exist" in lab('wait until certificate "none.crt" renewed').text


def test_the_classic_cli_has_it_too(lab):
    session = Session(lab.router, "classic")
    assert session.feed('wait until certificate "gw.crt" renewed timeout 5000000').ok


def test_in_real_time_an_event_ends_the_wait(tmp_path):
    with opened(tmp_path / "node", lab=False) as router:
        session, told = Session(router), []
        wait = threading.Thread(
            target=lambda: told.append(session.feed("wait until event 2101 timeout 30"))
        )
        assert not session.feed("wait until event 2101").ok  # nothing is due on an empty node
        for line in (
            "edit-config private",
            '/configure system security pki ca-profile "x" admin-state enable',
            "commit",
            "quit-config",
        ):
            session.feed(line)
        router.node.engine.plan(
            router.node.clock.now().replace(year=router.node.clock.now().year + 1), lambda: None
        )
        wait.start()
        router.node.bus.publish(
            router.node.clock.now(), FILE_RELOADED, "Cert", kind="Cert", file="a"
        )
        wait.join(20)
        assert [answer.ok for answer in told] == [True]
