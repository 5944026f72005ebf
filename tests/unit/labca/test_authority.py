"""The authority: what it issues, what it remembers, what it refuses."""

import json
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import BusyError, CorruptError, RefusedError, StorageError, UsageError
from srpki.labca import store as store_module
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.store import CONFIRMED, REVOKED, SUPERSEDED
from srpki.x509 import certificates, chain, keys, names

NOW = datetime(2030, 5, 17, 12, 0, 0, 999, tzinfo=UTC)
SUBJECT = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gw")])


NOT_OURS = ("signerNotTrusted", "not issued by this CA")


def judged(authority, certificate):
    return authority.judge_signer(certificate, (), foreign=False)


def found(directory, clock=None, **settings):
    return Authority(directory, clock or FrozenClock(NOW), SystemEntropy(), CaSettings(**settings))


def test_a_certificate_begins_now_and_lives_as_long_as_was_set(device_key):
    authority = found(None, validity=90)
    issued = authority.issue(device_key.public_key(), SUBJECT)
    facts = certificates.facts(issued.certificate)
    assert facts.not_before == datetime(2030, 5, 17, 12, 0, 0, tzinfo=UTC)
    assert facts.not_after == datetime(2030, 5, 17, 12, 1, 30, tzinfo=UTC)
    assert facts.serial == issued.serial
    assert facts.serial.bit_length() < 160


def test_what_is_issued_chains_to_the_root_at_the_clock(device_key):
    clock = FrozenClock(NOW)
    authority = found(None, clock)
    issued = authority.issue(device_key.public_key(), SUBJECT, names.san("gw.example.net"))
    path = chain.check_chain(
        issued.certificate, (authority.issuing.certificate,), (authority.root,), clock.now()
    )
    assert path == (issued.certificate, authority.issuing.certificate, authority.root)


def test_a_certificate_has_the_extensions_of_a_device(device_key):
    authority = found(None)
    san = names.san("gw.example.net", "192.0.2.1")
    issued = x509.load_der_x509_certificate(
        authority.issue(device_key.public_key(), SUBJECT, san).certificate
    )
    get = issued.extensions.get_extension_for_class
    usage = get(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert not usage.value.key_cert_sign
    assert set(get(x509.ExtendedKeyUsage).value) == {
        ExtendedKeyUsageOID.CLIENT_AUTH,
        ExtendedKeyUsageOID.SERVER_AUTH,
    }
    assert get(x509.BasicConstraints).value == x509.BasicConstraints(ca=False, path_length=None)
    assert get(x509.SubjectAlternativeName).value == san
    issuing = x509.load_der_x509_certificate(authority.issuing.certificate)
    key_identifier = issuing.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    assert get(x509.AuthorityKeyIdentifier).value.key_identifier == key_identifier.value.digest


def test_the_cmp_signer_may_sign_answers_and_nothing_else():
    signer = certificates.facts(found(None).cmp_signer.certificate)
    assert signer.key_usage == ("digitalSignature",)
    # id-kp-cmcCA [RFC 6402, 2.10] and id-kp-cmKGA [RFC 9480, 2.2]
    assert signer.extended_key_usage == ("1.3.6.1.5.5.7.3.27", "1.3.6.1.5.5.7.3.32")
    assert not signer.is_ca


def test_the_tls_certificate_is_for_this_machine_at_any_time():
    facts = certificates.facts(found(None).tls.certificate)
    assert facts.san == (("dns", "localhost"), ("ip", "127.0.0.1"))
    assert facts.not_before.year == 2000
    assert facts.not_after.year == 2100


@pytest.mark.parametrize(
    "spec", [keys.KeySpec("rsa", size=2048), keys.KeySpec("ecdsa", curve="secp384r1")]
)
def test_the_kind_of_its_own_keys_can_be_chosen(spec):
    authority = found(None, key=spec)
    for certificate in (authority.root, authority.issuing.certificate):
        public_key = certificates.public_key(certificate)
        assert keys.describe(keys.spec_of(public_key)) == keys.describe(spec)


@pytest.mark.parametrize("seconds", [0, -1, 10**12])
def test_a_validity_out_of_range_is_refused(seconds):
    with pytest.raises(UsageError, match="validity"):
        CaSettings(validity=seconds)


def test_settings_do_not_show_secrets():
    assert "hush" not in repr(CaSettings(secret="hush", est_password="hush"))


@pytest.mark.parametrize(
    ("key", "subject", "san"),
    [
        (ed448.Ed448PrivateKey.generate(), SUBJECT, None),
        (ec.generate_private_key(ec.SECP192R1()), SUBJECT, None),
        (ec.generate_private_key(ec.SECP256R1()), x509.Name([]), None),
        (
            ec.generate_private_key(ec.SECP256R1()),
            SUBJECT,
            x509.SubjectAlternativeName([x509.DNSName(f"h{n}") for n in range(65)]),
        ),
        (
            ec.generate_private_key(ec.SECP256R1()),
            x509.Name([x509.NameAttribute(NameOID.DOMAIN_COMPONENT, "x" * 60)] * 80),
            None,
        ),
    ],
)
def test_what_it_does_not_certify_is_refused(key, subject, san):
    authority = found(None)
    with pytest.raises(RefusedError):
        authority.issue(key.public_key(), subject, san)
    assert authority.all_issued() == ()


def test_the_number_of_certificates_is_bounded(device_key, monkeypatch):
    monkeypatch.setattr(store_module, "MOST_CERTIFICATES", 2)
    authority = found(None)
    authority.issue(device_key.public_key(), SUBJECT)
    authority.issue(device_key.public_key(), SUBJECT)
    with pytest.raises(StorageError):
        authority.issue(device_key.public_key(), SUBJECT)


def test_a_certificate_may_speak_from_its_first_to_its_last_second(device_key):
    clock = FrozenClock(NOW)
    authority = found(None, clock, validity=60)
    certificate = authority.issue(device_key.public_key(), SUBJECT).certificate
    assert judged(authority, certificate) == ("", "")
    clock.advance(timedelta(seconds=59))
    assert judged(authority, certificate) == ("", "")
    clock.advance(timedelta(seconds=2))
    assert judged(authority, certificate) == ("signerNotTrusted", "expired")
    clock.advance(timedelta(days=-1))
    assert judged(authority, certificate) == ("signerNotTrusted", "not yet valid")


def test_a_revoked_certificate_may_not_speak_and_stays_revoked(device_key):
    authority = found(None)
    issued = authority.issue(device_key.public_key(), SUBJECT)
    authority.revoke(issued.certificate)
    authority.confirm(issued.certificate)
    assert judged(authority, issued.certificate) == ("certRevoked", "revoked")


def test_a_certificate_of_another_ca_with_the_same_names_is_not_ours(device_key):
    other = found(None).issue(device_key.public_key(), SUBJECT)
    assert judged(found(None), other.certificate) == NOT_OURS


def test_its_own_certificates_may_not_speak_for_devices():
    authority = found(None)
    assert judged(authority, authority.cmp_signer.certificate) == NOT_OURS


def test_a_ca_without_a_directory_keeps_no_files():
    authority = found(None)
    assert authority.trust_anchor_file is None
    assert authority.issuing_certificate_file is None


def test_a_ca_is_the_same_after_a_restart(tmp_path, device_key):
    first = found(tmp_path / "ca")
    confirmed = first.issue(device_key.public_key(), SUBJECT, names.san("gw.example.net"))
    revoked = first.issue(device_key.public_key(), SUBJECT)
    first.confirm(confirmed.certificate)
    first.revoke(revoked.certificate)
    first.supersede(confirmed.certificate)
    first.close()
    second = found(tmp_path / "ca")
    for fact in ("root", "reference", "secret", "est_username", "est_password"):
        assert getattr(second, fact) == getattr(first, fact)
    assert second.issuing.certificate == first.issuing.certificate
    assert [(r.serial, r.certificate, r.state) for r in second.all_issued()] == [
        (confirmed.serial, confirmed.certificate, SUPERSEDED),
        (revoked.serial, revoked.certificate, REVOKED),
    ]
    facts = certificates.facts(confirmed.certificate)
    assert second.knows(facts.canonical_subject, facts.san)
    assert judged(second, confirmed.certificate) == ("", "")
    assert judged(second, revoked.certificate) == ("certRevoked", "revoked")
    again = second.issue(device_key.public_key(), SUBJECT)
    chain.check_chain(again.certificate, (first.issuing.certificate,), (first.root,), NOW)
    second.close()


def test_a_private_key_never_rests_in_clear(tmp_path):
    authority = found(tmp_path)
    authority.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"root.key", "issuing.key", "cmp-signer.key", "tls.key"} <= {p.name for p in files}
    for path in files:
        content = path.read_bytes()
        assert b"BEGIN PRIVATE KEY" not in content
        assert b"BEGIN EC PRIVATE KEY" not in content
        if path.suffix == ".key":
            assert b"BEGIN ENCRYPTED PRIVATE KEY" in content
            with pytest.raises(TypeError):
                load_pem_private_key(content, None)
        if path.suffix != ".pem":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_a_directory_has_one_ca_at_a_time(tmp_path):
    first = found(tmp_path)
    with pytest.raises(BusyError, match="another lab CA"):
        found(tmp_path)
    first.close()
    found(tmp_path).close()


@pytest.mark.parametrize("name", ["reference", "secret", "est_username", "est_password"])
@pytest.mark.parametrize("how", ["missing", "misspelt", "empty"])
def test_credentials_that_lack_a_member_are_refused_by_its_name(tmp_path, name, how):
    """It would count as an empty password, which everybody knows."""
    found(tmp_path).close()
    path = tmp_path / "credentials.json"
    kept = json.loads(path.read_text())
    value = kept.pop(name)
    if how == "misspelt":
        kept[name.upper()] = value
    elif how == "empty":
        kept[name] = ""
    path.write_text(json.dumps(kept))
    with pytest.raises(CorruptError, match=f'credentials.json .* has no "{name}"'):
        found(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("root.key", b"nonsense"),
        ("issuing.pem", b"nonsense"),
        ("tls.key", None),
        ("unlock", b"another password"),
        ("unlock", b""),
        ("credentials.json", b"[]"),
        ("credentials.json", b'{"reference": 1}'),
        ("credentials.json", b"{"),
        ("issued", b"nonsense\n"),
        ("issued", b"[]\n"),
        ("issued", b'{"serial": 1, "state": "issued"}\n'),
        ("issued", b'{"serial": "1", "state": "issued"}\n'),
        ("issued", b'{"serial": "1", "state": "lost", "certificate": "AAAA"}\n'),
        ("issued", b'{"serial": "x", "state": "issued", "certificate": "AAAA"}\n'),
    ],
)
def test_a_damaged_file_is_named_and_nothing_is_made_in_its_place(tmp_path, name, content):
    found(tmp_path).close()
    if content is None:
        content = (tmp_path / "root.key").read_bytes()  # a key, but not the one certified
    (tmp_path / name).write_bytes(content)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(CorruptError):
        found(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_first_start_that_was_cut_short_is_begun_again(tmp_path):
    found(tmp_path).close()
    (tmp_path / "issuing.pem").unlink()  # the key was written, its certificate not yet
    authority = found(tmp_path)
    chain.check_chain(authority.issuing.certificate, (), (authority.root,), NOW)
    authority.close()


def test_a_line_cut_short_is_dropped(tmp_path, device_key):
    authority = found(tmp_path)
    issued = authority.issue(device_key.public_key(), SUBJECT)
    authority.close()
    with (tmp_path / "issued").open("ab") as file:
        file.write(b'{"serial": "12')
    again = found(tmp_path)
    again.confirm(issued.certificate)
    again.close()
    last = found(tmp_path)
    assert [(r.serial, r.state) for r in last.all_issued()] == [(issued.serial, CONFIRMED)]
    last.close()


def test_credentials_that_are_given_are_kept(tmp_path):
    first = found(tmp_path, reference="ref", secret="pw", est_username="u", est_password="p")
    first.close()
    second = found(tmp_path)
    assert (second.reference, second.secret) == ("ref", "pw")
    assert second.secret_of(b"ref") == "pw"
    assert second.est_password_of("u") == "p"
    second.close()


def test_only_registered_references_and_users_are_known(authority):
    assert authority.secret_of(b"4711") == "insecure"
    assert authority.secret_of(b"4712") is None
    assert authority.secret_of(b"\xff") is None
    authority.register("4712", "other")
    assert authority.secret_of(b"4712") == "other"
    assert authority.est_password_of("nobody") is None
    authority._est_users["nobody"] = "pw"
    assert authority.est_password_of("nobody") == "pw"


def test_alternative_names_without_measure_are_refused(authority, device_key):
    san = x509.SubjectAlternativeName([x509.DNSName("a" * 20_000)])
    with pytest.raises(RefusedError, match="too long"):
        authority.issue(device_key.public_key(), names.parse_dn("CN=gw"), san)
