"""The journal of a lab: a line a command, without secrets, bounded, and never in the way."""

import json
from datetime import UTC, datetime

import pytest
from netconf import BASE_11, PRIVATE, Client

from srpki.cli.session import Session
from srpki.core.clock import FrozenClock
from srpki.core.typed import Typed
from srpki.frontend.journal import JOURNAL, Journal
from srpki.frontend.netconf import command
from srpki.frontend.node import opened as opened_node
from srpki.storage.chained import broken, link
from srpki.storage.files import OsFiles

REAL = FrozenClock(datetime(2026, 12, 1, tzinfo=UTC))
LAB = FrozenClock(datetime(2027, 3, 1, 8, tzinfo=UTC))
TYPED = {
    "session": 3,
    "user": "ann",
    "kind": "ssh",
    "address": "192.0.2.7",
    "mode": "md",
    "prompt": "A:ann@gw# ",
    "command": "show time",
    "output": "Mon",
    "ok": True,
    "seconds": 0.12345,
}


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path, OsFiles(tmp_path), REAL, LAB, lambda: ("hush",))


def lines(directory, name=JOURNAL):
    return [json.loads(line) for line in (directory / name).read_text().splitlines()]


def test_a_line_says_who_typed_what_when_and_what_was_answered(journal, tmp_path):
    journal.record(Typed(**TYPED | {"output": "the secret is hush"}))
    (line,) = lines(tmp_path)
    assert [line] == [
        {
            **TYPED,
            "time": "2026-12-01T00:00:00.000+00:00",
            "lab-time": "2027-03-01T08:00:00.000+00:00",
            "output": "the secret is ********",
            "seconds": 0.123,
            "previous": "",
            "chain": link("", {**line, "chain": ""}),
        }
    ]
    assert (tmp_path / JOURNAL).stat().st_mode & 0o777 == 0o600


def test_long_outputs_are_cut_and_a_full_file_makes_room(journal, tmp_path, monkeypatch):
    journal.record(Typed(**TYPED | {"output": "\u4e00" * 20_000, "command": "x" * 5000}))
    (line,) = lines(tmp_path)
    assert (len(line["output"]), len(line["command"]), line["cut"]) == (8000, 2600, True)
    monkeypatch.setattr(journal._file, "_most", 100)
    for number in range(3):
        journal.record(Typed(**TYPED | {"session": number}))
    assert [one["session"] for one in lines(tmp_path)] == [2]
    assert [one["session"] for one in lines(tmp_path, f"{JOURNAL}.1")] == [1]
    assert list(broken([*lines(tmp_path, f"{JOURNAL}.1"), *lines(tmp_path)])) == []


def test_what_the_disk_does_not_take_is_counted(journal, tmp_path, monkeypatch):
    def refuse(fields):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(journal._file, "append", refuse)
        for _ in range(2):
            journal.record(Typed(**TYPED))
    for _ in range(2):
        journal.record(Typed(**TYPED))
    assert [one.get("lost") for one in lines(tmp_path)] == [2, None]
    assert list(broken(lines(tmp_path))) == []


def test_every_session_of_a_lab_node_is_in_it_without_a_secret(tmp_path):
    from srpki.frontend.labs import opened_lab

    node = tmp_path / "node"
    with opened_lab(node) as (router, lab):
        session, other = Session(router, dialect="md", user="ann"), Session(router, "classic")
        session.feed("lab lock password topsecret1")
        session.feed("lab ca show")
        session.feed("nonsense")
        session.feed("lab unlock password topsecret1")
        assert other.feed("show time").ok
        session.feed("admin reboot now")
        secret = lab.server.secret
    found = lines(node / "lab-ca")
    assert [(one["mode"], one["command"], one["ok"]) for one in found[:5]] == [
        ("md", "lab lock password ********", True),
        ("md", "lab ca show", True),
        ("md", "nonsense", False),
        ("md", "lab unlock password ********", True),
        ("classic", "show time", True),
    ]
    assert found[0]["user"] == "ann" and "A:ann@" in found[0]["prompt"]
    assert "Secret          : ********" in found[1]["output"]
    text = (node / "lab-ca" / JOURNAL).read_text()
    assert secret not in text and "topsecret1" not in text
    with opened_node(tmp_path / "plain", lab=False) as router:
        Session(router, dialect="md").feed("show time")
    assert not list((tmp_path / "plain").rglob(JOURNAL))


KEYPAIR = (
    '<action xmlns="urn:ietf:params:xml:ns:yang:1">'
    '<admin xmlns="urn:nokia.com:sros:ns:yang:sr:oper-admin"><system><security><pki>'
    "<generate-keypair>{}</generate-keypair></pki></security></system></admin></action>"
)
RAW = (
    '<action xmlns="urn:ietf:params:xml:ns:yang:1">'
    '<global-operations xmlns="urn:nokia.com:sros:ns:yang:sr:oper-global"><md-cli-raw-command>'
    "<md-cli-input-line>lab lock password topsecret1</md-cli-input-line></md-cli-raw-command>"
    "</global-operations></action>"
)
SHARED = (
    "<system><security><pki><cmpv2-profile><name>p</name><key>topsecret1</key></cmpv2-profile>"
    "</pki></security></system>"
)


def test_what_is_asked_by_netconf_is_in_it_without_values(tmp_path):
    from srpki.frontend.labs import opened_lab

    node = tmp_path / "node"
    with opened_lab(node) as (router, _):
        client = Client(router, BASE_11, PRIVATE, user="ann", commands=command)
        number = client.session.login.session_id
        client.ok(client.edit("<system><name>gw</name></system>"))
        client.rpc(client.edit(SHARED))
        client.ok("<commit/>")
        client.data("<get-config><source><running/></source></get-config>")
        client.rpc(KEYPAIR.format("<save-path>cf3:\\k</save-path><rsa-key-size>7</rsa-key-size>"))
        client.rpc(KEYPAIR.format("<save-path>cf3:\\system-pki\\k</save-path>"))
        client.rpc(RAW)
        client.send("<frob")
        client.message()
        client.close()
    found = lines(node / "lab-ca")
    edit = "edit-config candidate configure system"
    keypair = "action admin system security pki generate-keypair"
    assert [(one["mode"], one["command"], one["ok"]) for one in found] == [
        ("netconf", f"{edit} name", True),
        ("netconf", f"{edit} security pki cmpv2-profile", False),
        ("netconf", "commit", True),
        ("netconf", "get-config running", True),
        ("netconf", keypair, False),
        ("netconf", f"{keypair} save-path", False),
        ("md", "lab lock password ********", True),
    ]
    assert {(one["session"], one["user"], one["kind"], one["address"]) for one in found} == {
        (number, "ann", "netconf", "192.0.2.7")
    }
    assert found[1]["output"].startswith("MINOR: MGMT_CORE #2201: ")
    assert found[4]["output"].startswith("MINOR: MGMT_CORE #2301: ")
    assert found[5]["output"].startswith("MINOR: ")
    assert "topsecret1" not in (node / "lab-ca" / JOURNAL).read_text()
