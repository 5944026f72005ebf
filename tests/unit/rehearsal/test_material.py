"""What is given of a router: files in each format, by the names of the configuration."""

from itertools import permutations

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from issuing import Ca
from rehearsed import START, configuration, entry, material, profile, terms

from srpki.core.entropy import SystemEntropy
from srpki.core.errors import NotFoundError, SrpkiError
from srpki.frontend.program import main
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.rehearsal.material import Directory, NodeFiles
from srpki.rehearsal.run import rehearse
from srpki.x509 import certificates, keys, pkcs7


@pytest.fixture(scope="module")
def ca():
    return Ca(START, "O=Op,CN=Root")


def test_pem_der_and_pkcs7_are_read_by_the_name_on_the_router(tmp_path, ca):
    leaf = ca.issue("CN=gw")
    pem = x509.load_der_x509_certificate(leaf).public_bytes(Encoding.PEM)
    both = pkcs7.write([ca.certificate, leaf])
    for name, content in (("a", leaf), ("b.pem", pem), ("c.p7b", both), ("l.crl", ca.crl())):
        (tmp_path / name).write_bytes(content)
    found = Directory(tmp_path)
    assert [found(name, "certificate") for name in ("a", "b", "c")] == [leaf] * 3
    assert found("c", "authority") == ca.certificate
    assert found("l", "crl") == ca.crl() or found("l", "crl")[:1] == b"\x30"
    with pytest.raises(NotFoundError):
        found("d", "certificate")
    with pytest.raises(SrpkiError):
        found("l.crl", "certificate")


def test_of_several_cas_in_a_pkcs7_the_lowest_is_taken(tmp_path, ca):
    """It is a set, without an order; an emulated router's ca-profile is for one CA."""
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    name = certificates.parse_dn("O=Op,CN=Issuing")
    below = ca._made(name, key, -1, 24 * 900, ca=True)
    leaf = ca.issue("CN=gw")
    for number, order in enumerate(met(6, permutations((ca.certificate, below, leaf)))):
        (tmp_path / f"c{number}.p7b").write_bytes(pkcs7.write(list(order)))
        assert Directory(tmp_path)(f"c{number}", "authority") == below
        assert Directory(tmp_path)(f"c{number}", "certificate") == leaf


def test_a_name_in_other_letters_is_no_other_file_and_is_pointed_at(tmp_path, ca, capsys):
    (tmp_path / "GW.crt.pem").write_bytes(ca.issue("CN=gw"))
    (tmp_path / "more.crt").write_bytes(ca.certificate)
    (tmp_path / "Issuing.cer").write_bytes(ca.certificate)
    config = tmp_path / "router.cfg"
    config.write_text(configuration(profile("p", "cmpv2 lab"), entry("gw", "p")))
    words = ["--certificates", str(tmp_path), "--from", "2027-01-01", "--for", "10d"]
    main(["rehearse", str(config), *words])
    said = " ".join(capsys.readouterr().out.split())
    assert "GW.crt.pem was not taken for gw.crt: the case of letters counts." in said
    assert "Issuing.cer was not taken for issuing.crt: issuing.crt is looked for" in said
    assert "more.crt was not taken" not in said


def test_a_node_of_our_own_is_read_and_left_as_it_is(tmp_path, ca, capsys):
    config, node = tmp_path / "router.cfg", tmp_path / "node"
    config.write_text(configuration(profile("p", "cmpv2 lab"), entry("gw", "p")))
    assert main(["import-config", str(config), "--node", str(node)]) == 0
    store = Keystore(node / "cf3", Seal(node / "state" / "chassis.key", SystemEntropy()))
    leaf = ca.issue("CN=gw", start=-1, end=24 * 60)
    store.put("certificate", "gw.crt", leaf)
    store.put("crl", "ca.crl", ca.crl())
    before = {path: path.read_bytes() for path in node.rglob("*") if path.is_file()}
    assert NodeFiles(node)("gw.crt", "certificate") == leaf
    assert NodeFiles(node)("ca.crl", "crl")[:1] == b"\x30"
    capsys.readouterr()
    assert main(["rehearse", str(node), "--from", "2027-01-01", "--for", "90d"]) == 0
    assert "2027-03-01 00:00:00" in capsys.readouterr().out  # a day before it ends
    assert {path: path.read_bytes() for path in node.rglob("*") if path.is_file()} == before


def test_stand_ins_have_the_names_dates_and_kinds_of_key(ca):
    """What is renewed is asked for with a key of the kind that the real certificate has."""
    key = keys.generate(keys.KeySpec("rsa", size=1024))
    leaf = ca.issue("C=DE,O=Lab,CN=gw", start=-5, end=24 * 60, key=key)
    text = configuration(profile("p", "cmpv2 lab"), entry("gw", "p"))
    files = {"root.crt": ca.certificate, "issuing.crt": ca.certificate, "gw.crt": leaf}
    found = rehearse(material(text, files), terms(days=80))
    (course,) = found.courses
    new = certificates.facts(found.world.keystore.read_certificate("gw.crt"))
    old = certificates.facts(leaf)
    assert (new.subject, new.issuer, new.public_key) == (old.subject, old.issuer, old.public_key)
    assert course.first.not_after == old.not_after
    assert new.not_after - new.not_before == old.not_after - old.not_before
    authority = certificates.facts(found.world.keystore.read_certificate("issuing.crt"))
    real = certificates.facts(ca.certificate)
    assert (authority.subject, authority.not_after) == (real.subject, real.not_after)
    assert found.world.keystore.read_certificate("issuing.crt") != ca.certificate


def test_an_interrupt_gives_what_is_known_so_far():
    text = configuration(profile("p", "cmpv2 lab"), entry("gw", "p"))
    told = []

    def tell(at, count):
        told.append((at, count))
        if len(told) == 100:
            raise KeyboardInterrupt

    asked = terms(days=400)
    found = rehearse(material(text), asked, tell=tell)
    assert found.reached == told[-1][0] < asked.end
    assert found.courses[0].gaps == ()
