"""``admin reboot``: a node that starts anew without its process ending."""

import threading
from datetime import timedelta

import pytest

from srpki.cli.session import Session
from srpki.core.errors import BusyError, RefusedError
from srpki.device.configuration.history import Author
from srpki.device.router import Router
from srpki.schema.paths import path

NAME = path("system", "name")


def reboot(node):
    result = node.router.node.run("admin.reboot", {})
    assert result.ok, result.error
    return result


def test_after_a_reboot_what_was_saved_is_running(node):
    node.set("configuration-mode", "mixed")
    node.commit("saved")
    Session(node.router, dialect="classic").feed('configure system name "unsaved"')
    candidate = node.candidate()
    candidate.set(NAME, "uncommitted")
    node.real.advance(timedelta(hours=3))
    reboot(node)
    assert node.name == "saved"
    assert node.router.node.datastore.candidates == ()
    assert node.router.node.booted == node.clock.now()
    assert node.router.node.uptime() == timedelta()
    assert [commit.commit_id for commit in node.router.node.commits.history()] == [1]


def test_a_reboot_ends_every_session(node):
    logins = [
        node.router.node.sessions.open("jo"),
        node.router.node.sessions.open("al", "ssh", "192.0.2.1"),
    ]
    reboot(node)
    assert all(login.ended for login in logins)
    assert node.router.node.sessions.all() == ()


def test_a_reboot_takes_an_unconfirmed_commit_back(node):
    node.commit("former")
    candidate = node.candidate()
    candidate.set(NAME, "trial")
    node.router.node.commits.commit_confirmed(candidate, Author("jo"), timedelta(minutes=10))
    reboot(node)
    assert node.name == "former"
    node.commit("later")
    node.advance(days=1)
    assert node.name == "later"


def test_a_session_from_before_the_reboot_can_change_nothing(node):
    node.commit("saved")
    candidate, commits = node.candidate(), node.router.node.commits
    candidate.set(NAME, "stale")
    reboot(node)
    before = (node.cf3 / "config.cfg").read_bytes()
    for attempt in (lambda: commits.commit(candidate, Author("jo")), commits.save):
        with pytest.raises(RefusedError, match="the node has restarted - log in again"):
            attempt()
    assert node.name == "saved"
    assert (node.cf3 / "config.cfg").read_bytes() == before


@pytest.mark.parametrize("content", [b"configure {\n", b"\xff"])
def test_a_reboot_that_could_not_load_its_configuration_is_refused(node, content):
    node.commit("running")
    login = node.router.node.sessions.open("jo")
    datastore, engine, booted = (
        node.router.node.datastore,
        node.router.node.engine,
        node.router.node.booted,
    )
    (node.cf3 / "config.cfg").write_bytes(content)
    node.real.advance(timedelta(hours=1))
    result = node.router.node.run("admin.reboot", {})
    assert not result.ok
    assert r'"cf3:\config.cfg" is damaged' in str(result.error)
    assert node.router.node.datastore is datastore
    assert node.router.node.engine is engine
    assert node.router.node.booted == booted
    assert not login.ended
    node.commit("goes on")
    assert node.saved() == "goes on"


def test_a_rebooted_node_keeps_its_lock_and_its_log(node):
    node.commit("x")
    reboot(node)
    with pytest.raises(BusyError):
        Router(node.directory, clock=node.clock, entropy=None, exchanges=None)
    node.restart()  # and frees it when it is stopped


def test_an_errand_of_before_the_reboot_is_not_done_after_it(node):
    done = threading.Event()
    node.router.node.engine.plan(node.clock.now() + timedelta(hours=1), done.set)
    reboot(node)
    node.advance(days=1)
    assert not done.is_set()


def test_certificates_are_renewed_before_and_after_a_reboot(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        bench.enrol_cmp("gw")
        bench.enrol_est("tls")
        bench.auto_update("gw", "lab-cmp")
        bench.auto_update("tls", "lab-est")
        serials = [bench.certificate("gw").serial]
        bench.become_due("gw")
        serials.append(bench.certificate("gw").serial)
        before = bench.state("gw"), bench.state("tls")
        numbers = [event.id for event in bench.log()]
        assert bench.do("admin reboot now") == "The node has been rebooted; a new session begins."
        assert (bench.state("gw"), bench.state("tls")) == before
        assert [event.id for event in bench.log()][: len(numbers)] == numbers
        bench.become_due("gw")
        serials.append(bench.certificate("gw").serial)
        assert len(set(serials)) == 3


def test_after_a_reboot_the_profiles_of_the_lab_have_its_addresses(opened, tmp_path):
    """They are there although they were never saved, as at any start in lab mode."""
    with opened(tmp_path / "node") as bench:
        profile = "info /configure system security pki ca-profile lab-ca cmpv2 url"
        before = bench.do(profile)
        assert bench.lab.server.cmp_url in before
        assert not (bench.cf3 / "config.cfg").exists()
        bench.do("admin reboot now")
        assert bench.do(profile) == before
        bench.enrol_cmp("gw")


def test_the_clock_of_the_lab_takes_an_unconfirmed_commit_back_between_the_renewals(
    opened, tmp_path
):
    with opened(tmp_path / "node") as bench:
        bench.enrol_cmp("gw")
        bench.auto_update("gw", "lab-cmp")
        due = bench.instant("gw", "next-update-time")
        router = bench.router
        candidate = router.node.datastore.open("private", "jo")
        entry = (*path("system", "security", "pki"),)
        candidate.delete((*entry, *path("certificate-auto-update")))
        minutes = int((due - bench.now()).total_seconds() // 60) - 30
        router.node.commits.commit_confirmed(candidate, Author("jo"), timedelta(minutes=minutes))
        assert router.node.engine.states() == {}
        said = bench.set_clock(due + timedelta(hours=1))
        assert "Updates on the way: 1, of which failed: 0" in said
        assert candidate.dirty
        candidate.close()


def test_a_reboot_while_an_update_waits_for_its_ca_resumes_it(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        bench.enrol_cmp("gw")
        bench.auto_update("gw", "lab-cmp")
        old = bench.certificate("gw").serial
        bench.do("lab ca fault add kur http-500")
        bench.refused(bench.update("gw"))
        assert bench.state("gw")["update-state"] == "wait-for-retry"
        bench.do("admin reboot now")
        assert bench.state("gw")["update-state"] == "wait-for-retry"
        bench.become_due("gw")
        assert bench.certificate("gw").serial != old
