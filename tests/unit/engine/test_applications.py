"""Who uses which certificate, what they hold, and that only a reload changes it."""

import pytest

from srpki.core.errors import ConnectError, NotFoundError, RefusedError
from srpki.device.logging.sentences import sentence
from srpki.engine.applications import Applications
from srpki.x509 import keys

TWO_USERS = """
    trust-anchor-profile "lab" { trust-anchor "root" { } }
    cert-profile "web" { admin-state enable
        entry 2 { certificate-file "gw.crt" key-file "gw.key" }
        entry 1 { certificate-file "other.crt" key-file "other.key" }
    }
    client-tls-profile "est" { admin-state enable trust-anchor-profile "lab" cert-profile "web" }
"""


def test_ipsec_tls_and_the_est_client_are_users(bench):
    bench.enrol()
    bench.enrol("other")
    bench.configure(tls=TWO_USERS)
    table = bench.engine.applications
    assert [(use.application, use.user) for use in table.users_of("gw.crt")] == [
        ("IPsec", 'ipsec cert-profile "vpn" entry 1'),
        ("TLS", 'tls cert-profile "web" entry 2'),
    ]
    assert [use.user for use in table.users_of("other.crt")] == [
        'tls cert-profile "web" entry 1',
        'EST client of est-profile "lab"',
    ]
    assert table.users_of("nobody.crt") == ()


@pytest.mark.parametrize(
    "tls",
    [
        TWO_USERS.replace('cert-profile "web" { admin-state enable', 'cert-profile "web" {'),
        TWO_USERS.replace(
            'client-tls-profile "est" { admin-state enable', 'client-tls-profile "est" {'
        ),
    ],
)
def test_a_profile_that_is_shut_down_uses_nothing(bench, tls):
    bench.enrol("other")
    bench.configure(tls=tls)
    users = [use.user for use in bench.engine.applications.users_of("other.crt")]
    assert 'EST client of est-profile "lab"' not in users


def test_an_import_does_not_change_what_is_held_and_a_reload_does(bench):
    first = bench.enrol()
    bench.configure()
    table = bench.engine.applications
    second = bench.enrol()
    assert table.held("gw.crt", "gw.key").certificate == first
    table.reload("gw.crt")
    assert table.held("gw.crt", "gw.key").certificate == second
    assert bench.numbers()[-2:] == [2101, 2101]


def test_enabling_again_loads_what_is_there_then(bench):
    bench.enrol()
    bench.configure()
    second = bench.enrol()
    bench.configure(ipsec="")
    with pytest.raises(RefusedError, match="not loaded"):
        bench.engine.applications.held("gw.crt", "gw.key")
    bench.configure()
    assert bench.engine.applications.held("gw.crt", "gw.key").certificate == second


def test_files_that_were_not_there_are_loaded_when_they_come(bench):
    bench.configure()
    with pytest.raises(RefusedError):
        bench.engine.applications.held("gw.crt", "gw.key")
    assert 2043 in bench.numbers()
    certificate = bench.enrol()
    assert bench.engine.applications.held("gw.crt", "gw.key").certificate == certificate


def test_a_file_that_cannot_be_read_is_told_of_once_and_not_at_every_commit(bench):
    bench.configure()
    told = bench.numbers().count(2043)
    bench.configure(tls='trust-anchor-profile "other" { }')
    assert told > 0
    assert bench.numbers().count(2043) == told


def test_a_pair_that_does_not_belong_together_is_not_taken_up(bench):
    first = bench.enrol()
    bench.configure()
    other = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    bench.keystore.put("key", "gw.key", keys.private_der(other))
    with pytest.raises(RefusedError, match="does not belong"):
        bench.engine.applications.reload("gw.crt")
    assert bench.engine.applications.held("gw.crt", "gw.key").certificate == first


def test_a_reload_of_files_that_are_gone_leaves_what_is_held(bench):
    first = bench.enrol()
    bench.configure()
    bench.keystore.remove("gw.key")
    with pytest.raises(NotFoundError):
        bench.engine.applications.reload("gw.crt")
    assert bench.engine.applications.held("gw.crt", "gw.key").certificate == first


def test_every_application_tells_of_its_reload_once_the_key_first(bench):
    bench.enrol()
    bench.enrol("other")
    bench.configure(tls=TWO_USERS)
    bench.engine.applications.reload("gw.crt")
    bench.engine.applications.reload("other.crt")
    told = [(event.subject, sentence(event)) for event in bench.events if event.type.number == 2101]
    assert told == [
        ("IPsec", 'Key file "gw.key" has been reloaded.'),
        ("IPsec", 'Certificate file "gw.crt" has been reloaded.'),
        ("TLS", 'Key file "gw.key" has been reloaded.'),
        ("TLS", 'Certificate file "gw.crt" has been reloaded.'),
        ("TLS", 'Key file "other.key" has been reloaded.'),
        ("TLS", 'Certificate file "other.crt" has been reloaded.'),
    ]


def test_a_held_key_is_not_in_its_repr(bench):
    bench.enrol()
    bench.configure()
    assert "rivateKey" not in repr(bench.engine.applications.held("gw.crt", "gw.key"))


class Daemon:
    """A real program, as the engine sees it."""

    def __init__(self):
        self.loaded = []
        self.gone = False

    def load(self, certificate, key, replaced):
        if self.gone:
            raise ConnectError("nobody is there")
        assert keys.same_public_key(certificate, key)
        self.loaded.append((certificate, replaced))


@pytest.fixture
def table(bench):
    """The users of a node with a daemon, which has read nothing yet."""
    first = bench.enrol()
    bench.enrol("other")
    bench.configure(tls=TWO_USERS)
    bench.daemon = Daemon()
    table = Applications(bench.clock, bench.engine._bus, bench.keystore, bench.daemon)
    table.apply(bench.view)
    bench.first = first
    return table


def test_a_daemon_gets_an_ipsec_pair_with_what_it_replaces_at_each_reload(bench, table):
    assert bench.daemon.loaded == []
    second = bench.enrol()
    table.reload("gw.crt")
    assert bench.daemon.loaded == [(second, bench.first)]


def test_a_daemon_gets_no_tls_pair(bench, table):
    table.reload("other.crt")
    assert bench.daemon.loaded == []


def test_a_daemon_that_fails_leaves_the_pair_that_is_held(bench, table):
    second = bench.enrol()
    bench.daemon.gone = True
    told = bench.numbers().count(2101)
    with pytest.raises(ConnectError):
        table.reload("gw.crt")
    assert table.held("gw.crt", "gw.key").certificate == bench.first
    assert bench.numbers().count(2101) == told
    bench.daemon.gone = False
    table.reload("gw.crt")
    assert bench.daemon.loaded == [(second, bench.first)]
