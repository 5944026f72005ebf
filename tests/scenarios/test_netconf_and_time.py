"""NETCONF beside what happens by itself: a renewal while a lock is held, a timer that runs out."""

import pytest
from netconf import Client

PKI = "system security pki"
NAMED = "<system><name>x</name></system>"
RUNNING = "<get-config><source><running/></source></get-config>"
LOCK = "<lock><target><{}/></target></lock>"


@pytest.fixture
def client(bench):
    found = Client(bench.router)
    yield found
    found.close()


@pytest.mark.parametrize("target", ["candidate", "running"])
def test_a_certificate_is_renewed_while_netconf_holds_a_lock(bench, fresh, client, target):
    bench.enrol_cmp(fresh)
    bench.configure(
        f'{PKI} certificate-auto-update "{fresh}.crt" key-file-name "{fresh}.key" profile "lab-cmp"'
    )
    before, held = bench.pair(fresh), client.data(RUNNING)
    client.ok(LOCK.format(target))
    if target == "candidate":
        client.ok(client.edit(NAMED))
    bench.do("lab clock advance 60d")
    assert bench.pair(fresh) != before
    assert client.data(RUNNING) == held  # a renewal changes files, never the configuration
    client.ok(LOCK.format(target).replace("lock>", "unlock>"))


def test_a_confirmed_commit_is_taken_back_when_its_time_is_over(bench, client):
    before = client.data(RUNNING)
    client.ok(client.edit(NAMED))
    client.ok("<commit><confirmed/><confirm-timeout>600</confirm-timeout></commit>")
    bench.do("lab clock advance 599s")
    assert "<name>x</name>" in client.data(RUNNING)
    bench.do("lab clock advance 1s")
    assert client.data(RUNNING) == before
    client.ok("<commit/>")  # nothing waits to be confirmed, and nothing is left to be committed
    assert client.data(RUNNING) == before
