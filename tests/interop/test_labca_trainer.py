"""OpenSSL (3.0 and 3.5) meets a lab CA under a policy, and one that changes its keys."""

import pytest
from foreign import need
from openssl_device import CA_KEYS, Device, pem, run
from peers import openssl_35

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.desk import APPROVED
from srpki.labca.fault_script import FaultScript
from srpki.labca.generations import Change
from srpki.labca.policy import Policy
from srpki.labca.server import LabCa
from srpki.x509 import keys

pytestmark = pytest.mark.interop

RSA_3072 = keys.KeySpec("rsa", size=3072)
TEXT = "key too weak, see CP 6.1.5"


@pytest.fixture(scope="module", params=["openssl", "openssl-3.5"])
def program(request):
    return need("openssl") if request.param == "openssl" else openssl_35()


@pytest.fixture
def lab(tmp_path):
    settings = CaSettings(
        reference="4711", secret="insecure", est_username="user", est_password="password"
    )
    authority = Authority(tmp_path / "ca", SystemClock(), SystemEntropy(), settings)
    with LabCa(authority, faults=FaultScript()) as server:
        yield server
    authority.close()


@pytest.fixture
def device(tmp_path, lab, program):
    return Device(tmp_path, lab, program)


def verifies(device, certificate, trusted, *others):
    """Whether OpenSSL builds a chain from *certificate* by *others* to *trusted* alone."""
    words = [word for name in others for word in ("-untrusted", name)]
    done = run(
        *(device.openssl, "verify", "-x509_strict", "-partial_chain", "-CAfile", trusted),
        *words,
        certificate,
        check=False,
    )
    return done.returncode == 0


def test_a_policy_judges_what_openssl_asks_for(device, lab):
    rules = lab.authority.rules
    rules.set_policy(
        Policy(rsa=">=3072", names="gw", text=TEXT, life=2 * 86400, extensions=("1.2.3.4 0500",))
    )
    _, said = device.by_password(key=device.key(spec=CA_KEYS["rsa"]), check=False)
    assert TEXT in said and "badCertTemplate" in said
    key = device.key(spec=RSA_3072)
    certificate, _ = device.by_password(key=key)
    device.verify(certificate)
    assert "1.2.3.4" in device.text(certificate, "-text")
    device.openssl_checkend(certificate, 2 * 86400 - 60)
    rules.set_policy(Policy(rsa="none", text="no RSA any more"))
    _, said = device.by_signature(
        "kur", certificate, key, "-newkey", device.key("new", RSA_3072), out="kur", check=False
    )
    assert "no RSA any more" in said


def test_openssl_polls_until_its_request_is_approved(device, lab, monkeypatch):
    """The CA is asked at each poll: the third finds that somebody has approved meanwhile."""
    lab.authority.rules.set_policy(Policy(approval=True, check_after=1))
    ask, asked = lab.authority.desk.ask, []

    def approving(*arguments, **named):
        asked.append(named["operation"])
        if len(asked) == 3:
            lab.authority.desk.decide(None, APPROVED)
        return ask(*arguments, **named)

    monkeypatch.setattr(lab.authority.desk, "ask", approving)
    certificate, said = device.by_password("ir", "-total_timeout", "30")
    device.verify(certificate)
    assert said.count("sending POLLREQ") >= 2 and len(asked) == 3
    assert lab.authority.desk.petitions() == ()


@pytest.mark.parametrize("key_of", ["issuing", "root"])
def test_the_links_lead_from_each_key_to_what_the_other_has_signed(device, lab, key_of):
    key = device.key()
    before, _ = device.by_password(key=key, out="before")
    old = lab.authority.generations.now
    new = lab.authority.generations.begin(Change(key_of=key_of))
    extra = device.directory / "extra.pem"
    after, _ = device.by_signature(
        *("kur", before, key, "-newkey", device.key("new"), "-extracertsout", extra),
        out="after",
    )
    if key_of == "issuing":
        anchors = old.issuing.certificate, new.issuing.certificate
        between = ()
    else:
        anchors = old.root, new.root
        between = (device.file("issuing.pem", new.issuing.certificate),)
    old_anchor, new_anchor = (device.file(f"{n}.pem", der) for n, der in enumerate(anchors))
    new_with_old = device.file("nwo.pem", new.new_with_old)
    old_with_new = device.file("own.pem", new.old_with_new)
    assert verifies(device, after, new_anchor, *between)
    assert verifies(device, after, old_anchor, *between, new_with_old)
    assert not verifies(device, after, old_anchor, *between)
    # The answer brings what is needed. OpenSSL tries one issuer alone: not where there are two.
    assert pem(new.new_with_old) in extra.read_text()
    assert verifies(device, after, old_anchor, extra) == (key_of == "root")
    below_old = (device.file("old.pem", old.issuing.certificate),) if key_of == "root" else ()
    assert verifies(device, before, old_anchor, *below_old)
    assert verifies(device, before, new_anchor, *below_old, old_with_new)
    assert not verifies(device, before, new_anchor, *below_old)


def test_openssl_is_told_of_a_new_root(device, lab, program):
    """OpenSSL 3.5 checks the links itself; 3.0 cannot ask."""
    old = device.file("old.pem", lab.authority.root)
    made = lab.authority.generations.begin(Change(key_of="root"))
    paths = {
        name: device.directory / f"{name}.pem"
        for name in ("newwithnew", "newwithold", "oldwithnew")
    }
    if b"-newwithnew" not in run(program, "cmp", "-help", check=False).stderr:
        assert program == need("openssl")
        return
    device.cmp(
        *("genm", "-ref", "4711", "-secret", "pass:insecure", "-recipient", "/CN=lab"),
        *("-infotype", "rootCaCert", "-oldwithold", old),
        *(word for name, path in paths.items() for word in (f"-{name}", path)),
        out="none",
        enrols=False,
    )
    told = [device.text(path, "-fingerprint") for path in paths.values()]
    wanted = (made.root, made.new_with_old, made.old_with_new)
    assert told == [
        device.text(device.file(f"w{n}.pem", der), "-fingerprint") for n, der in enumerate(wanted)
    ]


def test_the_est_server_shows_the_present_key_and_the_links(device, lab):
    """curl trusts the root; who trusts the old root alone gets there by NewWithOld."""
    old = device.file("old.pem", lab.authority.root)
    lab.authority.generations.begin(Change(key_of="root"))
    words = ("-s", "-S", "--cacert", old, f"{lab.est_url}/.well-known/est/cacerts")
    assert run(need("curl"), *words).stdout
    lab.authority.generations.finish()
    assert b"certificate" in run(need("curl"), *words, check=False).stderr
    new = device.file("new.pem", lab.authority.root)
    words = ("-s", "-S", "--cacert", new, f"{lab.est_url}/.well-known/est/cacerts")
    assert run(need("curl"), *words).stdout
