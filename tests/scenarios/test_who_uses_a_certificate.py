"""Who uses a certificate, until when, and whether it can be used: `show ipsec`, `show certificate`."""

from types import SimpleNamespace

import pytest

from srpki.cli.session import Session
from srpki.frontend.labs import opened_lab
from srpki.training.sight import configured

ENROL = """\
admin system security pki generate-keypair save-path "cf3:/gw.key" ecdsa-curve secp256r1
admin system security pki import type key format der input-url "cf3:/gw.key" output-file "gw.key"
admin system security pki est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key" subject-dn "CN=gw" output-file "gw.crt"
edit-config private
/configure system security pki certificate-auto-update "gw.crt" profile "lab-est" key-file-name "gw.key"
/configure ipsec cert-profile "vpn" admin-state enable
/configure ipsec cert-profile "vpn" entry 1 cert "gw.crt" key "gw.key"
/configure ipsec cert-profile "vpn" entry 1 send-chain ca-profile "lab-ca"
/configure ipsec cert-profile "bad" entry 2 cert "none.crt" key "gw.key"
/configure ipsec trust-anchor-profile "peers" trust-anchor "lab-root"
commit
exit all
quit-config
"""


@pytest.fixture
def session(tmp_path):
    with opened_lab(tmp_path / "node") as (router, _):
        session = Session(router)
        for line in ENROL.splitlines():
            answer = session.feed(line)
            assert answer.ok, answer.text
        yield session


def fields(text):
    """Return what stands beside each name of a block."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def rows(text):
    """Return the words of each row of a table."""
    body = text.split("-\n", 1)[1].split("\n-", 1)[0]
    return [line.split() for line in body.splitlines()]


def test_a_profile_that_can_be_used_is_up_with_its_chain(session):
    found = fields(session.feed('show ipsec cert-profile "vpn"').text)
    assert found["Oper State"] == "up"
    assert found["Comp Chain"] == "complete"
    assert found["Chain CA Profiles"] == "lab-ca lab-root"
    assert found["Send Chain"] == "lab-ca"
    state = session.feed('info /state ipsec cert-profile "vpn"').text
    assert "oper-state up" in state and "computed-chain-status complete" in state
    assert state.index('ca-profile "lab-ca"') < state.index('ca-profile "lab-root"')


def test_the_flags_say_what_is_wrong(session):
    listed = {row[0]: row[1:] for row in rows(session.feed("show ipsec cert-profile").text)}
    assert listed["vpn"] == ["up", "up", "<none>", "1"]
    assert listed["bad"] == ["down", "down", "profile-admin-down", "invalid-cert-file", "1"]
    session.feed("edit-config private")
    session.feed('/configure system security pki ca-profile "lab-ca" admin-state disable')
    session.feed("commit")
    found = fields(session.feed('show ipsec cert-profile "vpn"').text)
    assert (found["Oper State"], found["Comp Chain"]) == ("down", "partial")
    assert "ca-profile-oper-down" in found["Oper Flags"]


def test_a_trust_anchor_profile_counts_the_ca_profiles_that_are_down(session):
    assert rows(session.feed("show ipsec trust-anchor-profile").text) == [["peers", "1", "0"]]
    session.feed("edit-config private")
    session.feed('/configure system security pki ca-profile "lab-root" admin-state disable')
    session.feed("commit")
    assert rows(session.feed("show ipsec trust-anchor-profile").text) == [["peers", "1", "1"]]
    assert rows(session.feed('show ipsec trust-anchor-profile "peers"').text)[0][:2] == [
        "lab-root",
        "down",
    ]
    assert "num-of-ca-profile-down 1" in session.feed("info /state ipsec").text


def test_the_days_that_are_left_go_down_with_the_clock_and_below_zero(session):
    def left():
        return fields(session.feed('show certificate auto-update "gw.crt"').text)["Days Left"]

    assert left() == "29"
    session.feed("edit-config private")
    session.feed('delete /configure system security pki certificate-auto-update "gw.crt"')
    session.feed("commit")
    session.feed("lab clock advance 31d")
    listed = {row[0]: row for row in rows(session.feed("show certificate files").text)}
    assert "-2" in listed["gw.crt"]  # whole days, rounded down: a little more than one ago
    assert "N/A" in listed["gw.key"]


def test_every_imported_file_is_listed_with_who_uses_it(session):
    session.device.files.write("cf3:/system-pki-copy", b"", force=True)
    text = session.feed("show certificate files").text
    listed = {line.split()[0]: line for line in text.splitlines() if line[:1].isalpha()}
    assert {"gw.crt", "gw.key", "lab-root.crt", "lab-issuing.crt"} <= listed.keys()
    for name in ("gw.crt", "gw.key"):
        assert 'auto-update "gw.crt"' in listed[name]
        assert 'ipsec cert-profile "vpn"' in listed[name]
    assert "ECDSA secp256r1" in listed["gw.key"]
    assert 'ca-profile "lab-root"' in listed["lab-root.crt"]


def test_a_file_that_cannot_be_read_is_listed_with_the_reason(session, tmp_path):
    (tmp_path / "node" / "cf3" / "system-pki" / "odd.crt").write_bytes(b"not sealed")
    line = next(
        line
        for line in session.feed("show certificate files").text.splitlines()
        if line.startswith("odd.crt")
    )
    assert "unreadable" in line and "was not imported" in line


def test_both_clis_have_it(session):
    classic = Session(session._machine, "classic")
    assert classic.feed('show ipsec cert-profile "vpn"').ok
    assert classic.feed("show certificate files").ok
    assert classic.feed("show ipsec tunnel").ok
    assert not classic.feed("show ipsec gateway").ok


def test_an_emulated_tunnel_follows_its_certificate_in_both_clis(session):
    classic = Session(session._machine, "classic")

    def listed(cli):
        text = cli.feed("show ipsec tunnel").text
        assert "Emulated: no peer and no packet" in text and "IPsec Tunnels: 1" in text
        name, state = text.split("-\n", 1)[1].splitlines()[:2]
        return name.split()[0], state.split()[0], state.split()[3], text

    # The heads that were seen on a router, and the mark where one has the port.
    heads = listed(session)[3].splitlines()
    assert heads[4].split() == ["TunnelName", "LocalAddress", "SvcId", "Admn", "Keying"]
    assert heads[5].split() == ["SapId", "RemoteAddress", "DlvrySvcId", "Oper", "Sec"]
    for cli in (session, classic):
        assert listed(cli)[:3] == ("vpn-1", "emulated", "Up")
    record = session.feed("show ipsec tunnel").data.tunnel[0]
    assert (record.emulated, record.oper_state, record.oper_flags) == (True, "up", ())
    assert (record.cert_profile, record.entry_id, record.chain_state) == ("vpn", 1, "complete")
    before = fields(session.feed('show ipsec tunnel "vpn-1"').text)["Serial Number"]
    session.feed("lab clock advance 29d")
    assert fields(classic.feed('show ipsec tunnel "vpn-1"').text)["Serial Number"] != before
    assert listed(classic)[2] == "Up"
    session.feed("lab ca stop")
    session.feed("lab clock advance 60d")
    assert (
        listed(classic)[2] == "Down"
        and "expired-cert: the certificate expired" in listed(session)[3]
    )
    assert 'ipsec tunnel "vpn-9" does not exist' in session.feed('show ipsec tunnel "vpn-9"').text
    assert "vpn-1" in [one.text for one in session.complete("show ipsec tunnel ")]


def test_a_check_of_a_lesson_asks_for_tunnels(session):
    node = session._machine.node

    def asked(name, of):
        return configured.tunnel(
            SimpleNamespace(node=node), SimpleNamespace(words=(name,), property=of)
        )

    assert asked("vpn-1", "exists") and asked("vpn-1", "up") and asked("vpn-1", "flags") == ()
    assert asked("vpn-9", "absent") and not asked("vpn-9", "up") and asked("vpn-9", "since") is None
    session.feed("file remove cf3:/system-pki/gw.key force")
    assert not asked("vpn-1", "up") and asked("vpn-1", "flags") == ("invalid-key-file",)
    assert asked("vpn-1", "since") <= node.clock.now()
    assert "gw.key" in asked("vpn-1", "reason")
