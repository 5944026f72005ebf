"""Who is let in at a node, by which service, and who is kept out for a while."""

import base64
from datetime import timedelta

import pytest
from counting import met
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from srpki.cli.session import Session
from srpki.core.errors import RefusedError
from srpki.device import attempts
from srpki.management.access import gate as gates
from srpki.management.access.gate import Gate

SERVICES = ("console", "ssh-cli", "scp-sftp", "netconf")
HERE, THERE = "127.0.0.1", "192.0.2.7"
PASSWORD = "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi"
"""The hash of the word password, of a public example."""
USER = 'system security user-params local-user user "ann"'


class Told:
    def __init__(self):
        self.events = []

    def __call__(self, kind, subject, /, **fields):
        self.events.append((kind.name, {"subject": subject, **fields}))

    @property
    def names(self):
        return [name for name, _ in self.events]


@pytest.fixture
def device(new_device):
    made = new_device()
    made.told = Told()
    made.announcer._publish = made.told
    return made


@pytest.fixture
def gate(device):
    return Gate(device)


@pytest.fixture
def configure(device):
    def configure(*lines):
        session = Session(device, "md")
        for line in met(
            2, ["edit-config exclusive", *(f"/configure {x}" for x in lines), "commit"]
        ):
            answer = session.feed(line)
            assert answer.ok, answer.text
        session.close()

    return configure


def ann(configure, *more):
    configure(f'{USER} password "{PASSWORD}"', *(f"{USER} {line}" for line in more))


def test_a_lab_without_users_takes_admin_on_this_machine_alone(device, gate, configure):
    assert gate.open
    visitor = gate.password("admin", "admin", "netconf", HERE)
    assert visitor.user == "admin" and visitor.rights.unlimited
    assert gate.password("admin", "admin", "ssh-cli", "::1") is not None
    assert gate.password("admin", "admin", "ssh-cli", THERE) is None
    assert gate.password("admin", "other", "ssh-cli", HERE) is None
    ann(configure, "access console true")
    assert not gate.open
    assert gate.password("admin", "admin", "ssh-cli", HERE) is None


def test_a_node_where_nobody_or_anybody_could_log_in_gets_no_listener(device, gate, configure):
    gate.check("gw1", "127.0.0.1:22", loopback=True)
    with pytest.raises(RefusedError, match="this machine alone") as refused:
        gate.check("gw1", "192.0.2.1:22", loopback=False)
    assert "user-params local-user user" in refused.value.hint
    device.lab = False
    with pytest.raises(RefusedError, match="it has no user"):
        gate.check("gw1", "127.0.0.1:22", loopback=True)
    assert gate.password("admin", "admin", "ssh-cli", HERE) is None
    ann(configure)
    gate.check("gw1", "192.0.2.1:22", loopback=False)


@pytest.mark.parametrize(
    ("flag", "services"),
    [
        ("console", {"console", "ssh-cli", "scp-sftp"}),
        ("ssh-cli", {"ssh-cli"}),
        ("scp-sftp", {"scp-sftp"}),
        ("console-port-cli", {"console"}),
        ("netconf", {"netconf"}),
        ("ftp", set()),
    ],
)
def test_each_flag_lets_in_by_its_services(gate, configure, flag, services):
    ann(configure, f"access {flag} true")
    found = {one for one in SERVICES if gate.password("ann", "password", one, THERE)}
    assert found == services


def test_what_the_configuration_says_of_a_user_goes_with_him(gate, configure):
    ann(
        configure,
        "access console true",
        "home-directory cf3:/ann",
        "save-when-restricted false",
        "console new-password-at-login true",
        'console member ["administrative"]',
        "cli-engine [md-cli]",
    )
    found = gate.password("ann", "password", "ssh-cli", THERE)
    assert (found.user, found.home, found.restricted_to_home) == ("ann", r"cf3:\ann", True)
    assert not found.save_when_restricted and found.new_password
    assert found.cli_engines == ("md-cli",)
    assert found.rights.permits("configure system name") and found.rights.permits_netconf("get")


def test_who_is_member_of_no_profile_has_the_default_one(gate, configure):
    ann(configure, "access console true")
    found = gate.password("ann", "password", "ssh-cli", THERE).rights
    assert found.permits("show version") and found.permits("logout")
    assert not found.permits("configure system name") and not found.permits("admin reboot")
    assert not found.permits_netconf("get-config")


def test_profiles_are_asked_in_the_order_of_the_members(gate, configure):
    profile = "system security aaa local-profiles profile"
    configure(
        f'{profile} "look" entry 10 match "show"',
        f'{profile} "look" entry 10 action permit',
        f'{profile} "never" default-action deny-all',
        f'{profile} "look" netconf base-op-authorization get true',
    )
    ann(configure, "access console true", 'console member ["look" "never"]')
    found = gate.password("ann", "password", "ssh-cli", THERE).rights
    assert found.permits("show version") and found.permits_netconf("get")
    ann(configure, 'console member ["never"]')
    assert gate.password("ann", "password", "ssh-cli", THERE).rights.permits("show version")
    configure(f'system security user-params local-user user "bob" password "{PASSWORD}"')
    bob = 'system security user-params local-user user "bob"'
    configure(f"{bob} access console true", f'{bob} console member ["never" "look"]')
    assert not gate.password("bob", "password", "ssh-cli", THERE).rights.permits("show version")


def test_a_clock_that_is_set_back_keeps_nobody_out_for_longer(device, gate, configure):
    ann(configure, "access console true")
    for _ in range(3):
        gate.password("ann", "wrong", "ssh-cli", THERE)
    device.clock.jump(timedelta(days=-365))
    assert gate.password("ann", "password", "ssh-cli", THERE) is not None


def test_failures_lock_a_user_out_for_a_while_by_the_clock_of_the_node(device, gate, configure):
    ann(configure, "access console true", "access netconf true")
    wrong = [gate.password("ann", "wrong", "ssh-cli", THERE) for _ in range(3)]
    assert wrong == [None] * 3
    assert device.told.names[-4:] == ["ssh_user_login_failed"] * 3 + ["ssh_user_login_max_attempts"]
    assert [one.user for one in device.attempts.locked()] == ["ann"]
    for service in SERVICES:
        assert gate.password("ann", "password", service, HERE) is None
    assert device.told.events[-1][1]["reason"] == "locked out"
    device.clock.advance(timedelta(minutes=9, seconds=59))
    assert gate.password("ann", "password", "ssh-cli", THERE) is None
    device.clock.advance(timedelta(seconds=1))
    assert gate.password("ann", "password", "ssh-cli", THERE) is not None
    assert device.attempts.locked() == ()


def test_failures_count_within_their_time_and_until_one_succeeds(device, gate, configure):
    ann(configure, "access console true")
    for _ in range(2):
        gate.password("ann", "wrong", "ssh-cli", THERE)
    device.clock.advance(timedelta(minutes=5, seconds=1))
    gate.password("ann", "wrong", "ssh-cli", THERE)
    gate.password("ann", "wrong", "ssh-cli", THERE)
    assert gate.password("ann", "password", "ssh-cli", THERE) is not None
    gate.password("ann", "wrong", "ssh-cli", THERE)
    gate.password("ann", "wrong", "ssh-cli", THERE)
    assert device.attempts.locked() == ()


def test_an_operator_lets_a_user_try_again(device, gate, configure):
    ann(configure, "access console true")
    configure("system security user-params attempts count 1")
    for name in ("ann", "bob"):
        gate.password(name, "wrong", "ssh-cli", THERE)
    assert len(device.attempts.locked()) == 2
    device.attempts.clear("ann")
    assert [one.user for one in device.attempts.locked()] == ["bob"]
    assert gate.password("ann", "password", "ssh-cli", THERE) is not None
    device.attempts.clear()
    assert device.attempts.locked() == ()


def test_names_of_strangers_are_bounded_and_tell_no_rubbish(device, gate, configure, monkeypatch):
    ann(configure)
    monkeypatch.setattr(gates.passwords, "verified", lambda *_: False)
    monkeypatch.setattr(attempts, "KNOWN", 8)
    for number in range(40):
        gate.password(f"nobody{number}", "x", "ssh-cli", THERE)
    assert len(device.attempts._names) <= 8
    gate.password("a\x1b[2J\n" + "b" * 10_000, "secret", "ssh-cli", THERE)
    fields = device.told.events[-1][1]
    assert fields["user"].isprintable() and len(fields["user"]) < 200
    assert "secret" not in repr(device.told.events)


def test_one_who_does_not_exist_costs_the_same_work_as_one_who_does(gate, configure, monkeypatch):
    ann(configure, "access console true")
    tried = []
    monkeypatch.setattr(gates.passwords, "verified", lambda _, known: tried.append(known))
    gate.password("ann", "wrong", "ssh-cli", THERE)
    gate.password("nobody", "wrong", "ssh-cli", THERE)
    assert [one[:7] for one in tried] == ["$2y$10$", "$2y$10$"]


def test_who_came_into_a_lab_without_users_can_make_some(gate, configure):
    guest = gate.password("admin", "admin", "ssh-cli", HERE)
    ann(configure, "access console true")
    assert gate.rights(guest).unlimited
    assert gate.password("admin", "admin", "ssh-cli", HERE) is None


def test_a_user_who_is_deleted_comes_in_no_more(gate, configure, device):
    ann(configure, "access console true")
    inside = gate.password("ann", "password", "ssh-cli", THERE)
    assert gate.rights(inside).permits("show version")
    session = Session(device, "md")
    for line in met(3, ("edit-config exclusive", f"delete /configure {USER}", "commit")):
        assert session.feed(line).ok
    assert gate.password("ann", "password", "ssh-cli", THERE) is None
    assert not gate.rights(inside).permits("show version")


def blob(key):
    text = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return base64.b64decode(text.split()[1]), text


def test_public_keys_let_in_from_the_list_of_their_kind(gate, configure, device):
    elliptic, line = blob(ec.generate_private_key(ec.SECP256R1()))
    modular, _ = blob(rsa.generate_private_key(65537, 2048))
    edwards, _ = blob(ed25519.Ed25519PrivateKey.generate())
    keys = "public-keys ecdsa ecdsa-key"
    ann(
        configure,
        "access ssh-cli true",
        f'{keys} 1 key-value "{line.split()[1]}"',
        f'public-keys rsa rsa-key 1 key-value "{base64.b64encode(modular).decode()}"',
        f'{keys} 2 key-value "{base64.b64encode(edwards).decode()}"',
        f'{keys} 3 key-value "no key at all"',
    )
    assert gate.public_key("ann", elliptic, "ssh-cli", THERE).user == "ann"
    assert gate.public_key("ann", modular, "ssh-cli", THERE) is not None
    assert gate.public_key("ann", edwards, "ssh-cli", THERE) is None
    assert gate.public_key("ann", b"", "ssh-cli", THERE) is None
    assert gate.public_key("bob", elliptic, "ssh-cli", THERE) is None
    assert gate.public_key("ann", elliptic, "netconf", THERE) is None
    before = len(device.told.events)
    for _ in range(20):  # a client offers all that it has
        gate.public_key("ann", edwards, "ssh-cli", THERE)
    assert len(device.told.events) == before and device.attempts.locked() == ()


@pytest.mark.parametrize("own", ["", "true", "false"])
@pytest.mark.parametrize("all_", [True, False])
def test_passwords_are_not_taken_where_only_keys_are(gate, configure, own, all_):
    method = "authentication-method server public-key-only"
    ann(configure, "access console true", *([f"ssh-{method} {own}"] if own else ()))
    if all_:
        configure(f"system security ssh {method} true")
    wanted = own == "true" or (all_ and not own)
    assert (gate.password("ann", "password", "ssh-cli", THERE) is None) == wanted
    assert gate.password("ann", "password", "console", "") is not None


def test_a_user_at_the_console_is_trusted_with_his_own_rights(gate, configure):
    ann(configure, "access console true")
    assert not gate.trusted("ann").rights.unlimited
    with pytest.raises(RefusedError, match="no user bob"):
        gate.trusted("bob")
    configure(f"{USER} access console false")
    with pytest.raises(RefusedError, match="may not come in at the console"):
        gate.trusted("ann")


def test_the_sessions_of_a_profile_are_limited(device, gate, configure):
    configure('system security aaa local-profiles profile "few" ssh-max-sessions 1')
    ann(configure, "access console true", 'console member ["few"]')
    gate.check_room("ann")
    login = device.sessions.open("ann", "netconf")
    with pytest.raises(RefusedError, match="profile few"):
        gate.check_room("ann")
    device.sessions.close(login)
    gate.check_room("ann")
