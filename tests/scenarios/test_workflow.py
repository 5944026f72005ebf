"""The workflow over a long time, and its last step [auto-update.md sections 2 and 3]."""

from datetime import timedelta

import pytest
from troubles import fail_next

PKI = "system security pki"
SECOND = timedelta(seconds=2)


@pytest.fixture
def node(own):
    """A node that renews ``gw`` (used by IPsec) by CMPv2 and ``tls`` (used by EST) by EST."""
    own.enrol_cmp("gw")
    own.enrol_est("tls")
    tls = "system security tls"
    own.configure(
        'ipsec cert-profile "p" entry 1 cert "gw.crt" key "gw.key"',
        'ipsec cert-profile "p" admin-state enable',
        f'{tls} cert-profile "p" entry 1 certificate-file "tls.crt" key-file "tls.key"',
        f'{tls} cert-profile "p" admin-state enable',
        f'{tls} client-tls-profile "lab" cert-profile "p"',
    )
    own.auto_update("gw", "lab-cmp")
    own.auto_update("tls", "lab-est")
    own.mark()
    return own


def about(node, name, *numbers):
    return [event for event in node.news(*numbers) if event.names(name)]


def held(node, name):
    return node.router.node.engine.applications.held(f"{name}.crt", f"{name}.key").fingerprint


def test_a_year_in_one_command_renews_each_certificate_at_its_own_instants(node):
    first = {name: node.instant(name, "next-update-time") for name in ("gw", "tls")}
    text = node.do("lab clock advance 365d")
    assert "of which failed: 0" in text
    for name, due in first.items():
        started = about(node, name, 2245)
        finished = about(node, name, 2246)
        # Lives of 30 days, renewed a day before they end: every 29 days, 12 times in a year.
        assert len(started) == len(finished) == 12
        for number, (begin, end) in enumerate(zip(started, finished, strict=True)):
            expected = due + number * timedelta(days=29)
            assert abs(begin.time - expected) < timedelta(minutes=1)
            assert timedelta() <= end.time - begin.time < timedelta(minutes=1)
        assert node.certificate(name).fingerprint == held(node, name)
    times = [event.time for event in node.news()]
    assert times == sorted(times)


def test_the_client_certificate_of_est_renews_itself_and_the_next_update_uses_the_new_one(node):
    """The EST client is an application too: what it holds is what authenticates it next."""
    node.delete(f'{PKI} est-profile "lab-est" http-authentication')
    serials = {node.certificate("tls").serial}
    for _ in range(3):
        node.become_due("tls")
        assert node.state("tls")["update-state"] == "scheduled"
        assert node.certificate("tls").fingerprint == held(node, "tls")
        serials.add(node.certificate("tls").serial)
    assert len(serials) == 4


@pytest.mark.parametrize("name", ["gw", "tls"])
@pytest.mark.parametrize("scheduled", [True, False], ids=["scheduled", "by-hand"])
def test_when_an_application_does_not_reload_only_that_is_tried_again(node, name, scheduled):
    """Step 4: wait retry-interval, again from 4 only; 1 to 3 are not repeated."""
    before, loaded = node.pair(name), held(node, name)
    fail_next(node.router.node.engine.applications, f"{name}.crt", times=2)
    if scheduled:
        node.become_due(name)
    else:
        assert "in step 4" in node.refused(node.update(name))
    renewed = node.pair(name)
    assert node.stored(f"{name}.crt.previous", f"{name}.key.previous") == before
    (failed,) = about(node, name, 2247)
    assert failed.fields["step"] == 4
    node.clear(failed.text)
    assert node.state(name)["update-state"] == "wait-for-retry"
    assert held(node, name) == loaded
    assert not [event for event in node.news(2101) if event.fields["file"].startswith(f"{name}.")]

    # A request to the CA would now fail: none is made. The first retry fails in step 4 again.
    node.do("lab ca fault add kur http-500", "lab ca fault add simplereenroll http-500")
    node.become_due(name)
    assert len(about(node, name, 2247)) == 2
    assert about(node, name, 2247)[-1].fields["step"] == 4
    node.become_due(name)
    assert node.pair(name) == renewed
    assert node.stored(f"{name}.crt.previous", f"{name}.key.previous") == before
    assert len(about(node, name, 2246)) == 1
    assert [
        event.text for event in node.news(2101) if event.fields["file"].startswith(f"{name}.")
    ] == [
        f'Key file "{name}.key" has been reloaded.',
        f'Certificate file "{name}.crt" has been reloaded.',
    ]
    assert held(node, name) == node.certificate(name).fingerprint
    assert node.state(name)["update-state"] == "scheduled"


def test_a_keystore_that_cannot_be_written_fails_before_the_ca_is_asked(node):
    before = node.pair("gw")
    obstacle = node.cf3 / "system-pki" / ".probe.new"
    obstacle.mkdir()
    node.do("lab ca fault add any http-500")
    try:
        line = node.refused(node.update("gw"))
    finally:
        obstacle.rmdir()
    assert "step 3" in line
    assert node.do("lab ca fault list").strip() == "any http-500"
    assert node.pair("gw") == before
    assert len(node.news(2109)) == 1  # tmnxPkiFileWriteFailed
    node.do("lab ca fault clear")
    node.become_due("gw")
    assert node.pair("gw") != before


def test_the_clock_set_back_runs_nothing_and_forward_again_fires_once(node):
    due = node.instant("gw", "next-update-time")
    node.do("lab clock advance 10d")
    node.do(f"lab clock set {node.now() - timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}")
    assert node.instant("gw", "next-update-time") == due
    node.become_due("gw")
    (started,) = about(node, "gw", 2245)
    assert abs(started.time - due) < SECOND


def test_many_entries_of_both_protocols_are_all_renewed_on_one_day(node):
    names = [f"m{number}" for number in range(12)]
    for number, name in enumerate(names):
        (node.enrol_cmp if number % 2 else node.enrol_est)(name)
    node.configure(
        *(
            f'{PKI} certificate-auto-update "{name}.crt" key-file-name "{name}.key"'
            f' profile "{"lab-cmp" if number % 2 else "lab-est"}"'
            for number, name in enumerate(names)
        )
    )
    before = [node.pair(name) for name in names]
    text = node.do("lab clock advance 29d")
    node.do("lab clock advance 1m")
    assert "of which failed: 0" in text
    for name, pair in zip(names, before, strict=True):
        assert node.stored(f"{name}.crt.previous", f"{name}.key.previous") == pair
        node.certificate(name)
