"""ncclient and pySROS at a node that ``srpki serve`` lets be reached, over real SSH."""

import threading
from xml.etree import ElementTree as ET

import pytest
from foreign import library
from netconf import CONF
from served import Served

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One process that serves a lab."""
    home = tmp_path_factory.mktemp("netconf")
    words = ("--node", home / "gw1", "--lab", "--netconf", "127.0.0.1:0")
    with Served(home / "clients", *words) as process:
        yield process


def manager(served, **more):
    return library("ncclient.manager").connect(
        host="127.0.0.1",
        port=served.nodes[0]["netconf_port"],
        username="admin",
        password="admin",
        hostkey_verify=False,
        look_for_keys=False,
        allow_agent=False,
        **more,
    )


def config(name):
    base = "urn:ietf:params:xml:ns:netconf:base:1.0"
    inner = f'<configure xmlns="{CONF}"><system><name>{name}</name></system></configure>'
    return f'<config xmlns="{base}">{inner}</config>'


def test_ncclient_for_sros(served):
    errors = library("ncclient.operations").RPCError
    with manager(served, device_params={"name": "sros"}) as one:
        one.edit_config(target="candidate", config=config("gw1"))
        one.validate(source="candidate")
        one.commit(comment="by a script")
        assert "<name>gw1</name>" in str(one.get_config(source="running"))
        assert "srpki" in str(one.md_cli_raw_command("show version"))
        one.edit_config(target="candidate", config=config("gw2"))
        two = manager(served, device_params={"name": "sros"})
        with pytest.raises(errors) as refusal:
            two.edit_config(target="candidate", config=config("gw3"))
        assert refusal.value.tag == "in-use" and "#2052" in refusal.value.message
        one.commit(confirmed=True, timeout="60", persist="x")
        two.cancel_commit(persist_id="x")
        assert "<name>gw1</name>" in str(two.get_config(source="running"))
        one.discard_changes()
        with two.locked("candidate"), pytest.raises(errors) as refusal:
            one.lock("candidate")
        assert refusal.value.tag == "lock-denied"
        two.copy_config(source="running", target="startup")
        one.kill_session(two.session_id)


def test_ncclient_hears_events_between_its_replies(served):
    with manager(served) as client:
        client.create_subscription()
        client.edit_config(target="candidate", config=config("gw4"))
        client.commit()
        names = []
        while "mdCommitSucceeded" not in names:
            event = client.take_notification(timeout=60)
            assert event is not None
            names += [one.text for one in event.notification_ele.iter("{*}event-name")]
        client.edit_config(target="candidate", config=config("gw1"))
        client.commit()


def test_twenty_clients_at_once(served):
    found = []

    def ask():
        with manager(served, device_params={"name": "sros"}) as client:
            found.append(str(client.get_config(source="running")).count("ca-profile-name"))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(found) == 20 and len(set(found)) == 1


def connect(served):
    return library("pysros.management").connect(
        host="127.0.0.1",
        port=served.nodes[0]["netconf_port"],
        username="admin",
        password="admin",
        hostkey_verify=False,
    )


NAME = "/nokia-conf:configure/system/name"
PROFILE = '/nokia-conf:configure/system/transmission-profile[name="a"]'
PKI = "/nokia-oper-admin:admin/system/security/pki"


def test_pysros(served, tmp_path, monkeypatch):
    exceptions = library("pysros.exceptions")
    monkeypatch.setenv("HOME", str(tmp_path))
    one = connect(served)  # reads every module
    assert len(list(tmp_path.glob(".pysros/cache/*"))) == 1
    two = connect(served)  # from what is kept
    one.candidate.set(NAME, "gw5")
    assert str(two.running.get(NAME)) == "gw5"
    one.candidate.set(PROFILE, {"retry": 2})
    assert two.running.get(PROFILE, defaults=True)["timeout"].data == 60
    one.candidate.delete(PROFILE)
    assert not two.running.exists(PROFILE)
    assert "pki" in one.running.get("/nokia-state:state/system/security")
    one.candidate.set(NAME, "gw6", commit=False)
    assert '+           name "gw6"' in one.candidate.compare(output_format="md-cli").splitlines()
    difference = ET.fromstring(one.candidate.compare(output_format="xml"))
    assert difference.findtext(f".//{{{CONF}}}name") == "gw6"
    two.candidate.set(NAME, "gw7")
    with pytest.raises(exceptions.SrosConfigConflictError):
        one.candidate.commit()
    one.candidate.lock()
    with pytest.raises(exceptions.SrosMgmtError, match="#2052"):
        two.candidate.lock()
    one.candidate.unlock()
    one.candidate.set(NAME, "gw8", commit=False)
    one.candidate.commit(timer=60, comment="perhaps")
    one.candidate.commit(cancel=True)
    assert str(two.running.get(NAME)) == "gw7"
    assert "srpki" in one.cli("show version")
    with pytest.raises(exceptions.ActionTerminatedIncompleteError, match="#2201"):
        one.cli("frob")
    one.disconnect()
    two.disconnect()


def lab_of(client):
    """Return what ``lab ca show`` tells, by name."""
    lines = client.cli("lab ca show").splitlines()
    return {
        name.strip(): value.strip() for name, _, value in (one.partition(": ") for one in lines)
    }


PKI_CONFIG = "/nokia-conf:configure/system/security/pki"
TLS_CONFIG = "/nokia-conf:configure/system/security/tls"


def test_pysros_enrols_at_the_lab_ca_by_both_protocols(served):
    exceptions = library("pysros.exceptions")
    client = connect(served)
    lab = lab_of(client)

    def act(action, **inputs):
        said = {name.replace("_", "-"): value for name, value in inputs.items()}
        return client.action(f"{PKI}/{action}", said)["status"].data

    made = {"rsa_key_size": 2048}
    assert act("generate-keypair", save_path="cf3:\\gw.key", **made) == "completed"
    key = {"type": "key", "format": "der"}
    assert act("import", input_url="cf3:\\gw.key", output_file="gw.key", **key) == "completed"
    registration = {
        "ca_profile": "lab-ca",
        "key_to_certify": "gw.key",
        "reference": lab["Reference"],
        "password": lab["Secret"],
        "subject_dn": "C=DE,O=Lab,CN=gw",
        "save_as": "cf3:\\gw.der",
    }
    assert act("cmpv2/initial-registration", **registration) == "completed"
    with pytest.raises(exceptions.ActionTerminatedIncompleteError, match="MINOR: "):
        act("cmpv2/initial-registration", **registration)  # the file is there
    address, _, port = lab["EST URL"].removeprefix("https://").rpartition(":")
    for path, value in (
        (
            f'{TLS_CONFIG}/trust-anchor-profile[trust-anchor-profile-name="t"]/trust-anchor[ca-profile-name="lab-root"]',
            {},
        ),
        (
            f'{TLS_CONFIG}/client-tls-profile[client-profile-name="e"]',
            {
                "trust-anchor-profile": "t",
                "admin-state": "enable",
                "status-verify": {"default-result": "good"},
            },
        ),
        (
            f'{PKI_CONFIG}/est-profile[name="e"]',
            {
                "client-tls-profile": "e",
                "server": {"ipv4": address, "port": int(port)},
                "http-authentication": {
                    "username": lab["EST username"],
                    "password": lab["EST password"],
                },
            },
        ),
    ):
        client.candidate.set(path, value, commit=False)
    client.candidate.commit()
    enrolment = {
        "est_profile": "e",
        "key": "cf3:\\system-pki\\gw.key",
        "subject_dn": "C=DE,O=Lab,CN=gw",
    }
    assert act("est/enroll", output_file="gw.crt", **enrolment) == "completed"
    client.disconnect()
