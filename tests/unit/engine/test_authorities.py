"""The oper-state of CA profiles [facts: pki.md 7.2, 13]."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from srpki.core.errors import RefusedError
from srpki.device.logging.sentences import sentence
from srpki.x509 import certificates, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
DAY = timedelta(days=1)
DER = serialization.Encoding.DER


class Issuer:
    """A CA made for one test: any dates, any extensions."""

    def __init__(
        self,
        bench,
        *,
        start=0,
        life=365,
        ca=True,
        usage=("key_cert_sign", "crl_sign"),
        critical=(),
    ):
        self.now = bench.clock.now()
        self.key = keys.generate(P256)
        self.name = certificates.parse_dn("O=Test,CN=CA")
        builder = (
            x509.CertificateBuilder(self.name, self.name, self.key.public_key(), 7)
            .not_valid_before(self.now + start * DAY)
            .not_valid_after(self.now + (start + life) * DAY)
        )
        if ca is not None:
            builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
        if usage is not None:
            names = (
                "digital_signature content_commitment key_encipherment data_encipherment"
                " key_agreement key_cert_sign crl_sign encipher_only decipher_only"
            )
            usages = {name: name in usage for name in names.split()}
            builder = builder.add_extension(x509.KeyUsage(**usages), critical=True)
        for extension in critical:
            builder = builder.add_extension(extension, critical=True)
        self.certificate = builder.sign(self.key, hashes.SHA256()).public_bytes(DER)

    def crl(self, *, start=0, life=30, key=None, name=None, delta=False):
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(name or self.name)
            .last_update(self.now + start * DAY)
            .next_update(self.now + (start + life) * DAY)
        )
        if delta:
            builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
        return builder.sign(key or self.key, hashes.SHA256()).public_bytes(DER)


def configure(bench, certificate=b"", crl=b"", *, more="", check="crl-optional"):
    for kind, name, content in (("certificate", "ca.crt", certificate), ("crl", "ca.crl", crl)):
        if content:
            bench.keystore.put(kind, name, content)
    files = 'cert-file "ca.crt" ' + ('crl-file "ca.crl" ' if crl else "") + more
    profile = f'ca-profile "tested" {{ admin-state enable {files} revocation-check {check} }}'
    bench.configure(profile)
    return bench.engine.authorities.state("tested")


def changes(bench):
    """Return the changes of the state of the profile, as events."""
    changed = (event for event in bench.events if event.type.number == 2045)
    return [event for event in changed if event.fields["profile"] == "tested"]


def told(bench):
    return [sentence(event) for event in changes(bench)]


def test_a_profile_with_a_good_certificate_is_up(bench):
    state = configure(bench, Issuer(bench).certificate)
    assert (state.oper_state, state.oper_flags) == ("up", ())
    assert told(bench) == ['CA profile "tested" is up.']


def test_a_profile_that_is_shut_down_is_down(bench):
    bench.configure('ca-profile "tested" { cert-file "root.crt" }')
    state = bench.engine.authorities.state("tested")
    assert (state.oper_state, state.oper_flags) == ("down", ("admin-down",))
    assert told(bench) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"ca": False},
        {"ca": None},
        {"usage": ("digital_signature",)},
        {"usage": ("key_cert_sign",)},
        {"usage": ("crl_sign",)},
    ],
)
def test_a_certificate_that_is_not_a_ca_s_is_invalid(bench, wrong):
    state = configure(bench, Issuer(bench, **wrong).certificate)
    assert state.oper_flags == ("invalid-cert",)


def test_a_ca_without_key_usage_is_accepted(bench):
    assert configure(bench, Issuer(bench, usage=None).certificate).up


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
IN_VAIN = 'CA profile "tested" is up, but chains through it may be refused: '


@pytest.mark.parametrize(
    ("extension", "why"),
    [
        (UNKNOWN, "its critical extension 1.3.6.1.4.1.99999.1 is not processed"),
        (
            x509.NameConstraints([x509.RegisteredID(UNKNOWN.oid), x509.DNSName("a.net")], None),
            "its constraint on registeredID is not processed",
        ),
    ],
)
def test_what_the_ca_asks_for_in_vain_is_told_and_keeps_nothing_down(bench, extension, why):
    state = configure(bench, Issuer(bench, critical=[extension]).certificate)
    assert (state.oper_state, state.oper_flags) == ("up", ())
    assert told(bench) == [f"{IN_VAIN}{why}."]


@pytest.mark.parametrize(
    "extension",
    [
        x509.NameConstraints([x509.DNSName("a.net")], None),
        x509.PolicyConstraints(0, None),
        x509.InhibitAnyPolicy(0),
    ],
)
def test_constraints_that_are_processed_are_not_worth_a_word(bench, extension):
    assert configure(bench, Issuer(bench, critical=[extension]).certificate).up
    assert told(bench) == ['CA profile "tested" is up.']


def test_a_missing_certificate_is_invalid_until_it_is_imported(bench):
    assert configure(bench).oper_flags == ("invalid-cert",)
    bench.keystore.put("certificate", "ca.crt", Issuer(bench).certificate)
    bench.engine.file_changed("ca.crt")
    assert bench.engine.authorities.state("tested").up
    assert told(bench) == [
        'CA profile "tested" is down: invalid-cert (file "ca.crt" does not exist).',
        'CA profile "tested" is up.',
    ]


def test_a_certificate_expires_and_the_log_tells_when(bench):
    configure(bench, Issuer(bench, life=10).certificate)
    bench.advance(days=9)
    assert bench.engine.authorities.state("tested").up
    bench.advance(days=2)
    assert bench.engine.authorities.state("tested").oper_flags == ("expired-cert",)
    event = next(event for event in changes(bench) if event.fields["oper_flags"])
    assert event.fields["oper_flags"] == ("expired-cert",)
    assert event.time == bench.clock.now() - timedelta(days=1) + timedelta(seconds=1)


def test_a_profile_whose_certificate_is_not_yet_valid_comes_up_by_itself(bench):
    state = configure(bench, Issuer(bench, start=5).certificate)
    assert state.oper_flags == ("not-yet-valid-cert",)
    began = bench.clock.now()
    bench.advance(days=6)
    assert bench.engine.authorities.state("tested").up
    up = [event.time for event in changes(bench) if event.fields["state"] == "up"]
    assert up == [began + 5 * DAY]


def test_a_clock_that_is_set_back_brings_an_expired_profile_up_again(bench):
    configure(bench, Issuer(bench, life=10).certificate)
    bench.advance(days=11)
    bench.engine.run_until(bench.clock.now() - 5 * DAY, back=True)
    assert told(bench)[-1] == 'CA profile "tested" is up.'


# --- CRL -----------------------------------------------------------------------------------------


def test_a_crl_is_mandatory_unless_optional(bench):
    assert configure(bench, Issuer(bench).certificate, check="crl").oper_flags == ("invalid-crl",)


def test_a_good_crl_brings_the_profile_up(bench):
    issuer = Issuer(bench)
    assert configure(bench, issuer.certificate, issuer.crl(), check="crl").up


@pytest.mark.parametrize(
    ("wrong", "flag"),
    [
        ({"key": keys.generate(P256)}, "invalid-crl"),
        ({"name": certificates.parse_dn("CN=Other")}, "invalid-crl"),
        ({"delta": True}, "invalid-crl"),
        ({"start": -40}, "expired-crl"),
        ({"start": 2}, "not-yet-valid-crl"),
    ],
)
def test_a_crl_that_does_not_do_holds_the_profile_down_unless_it_is_optional(bench, wrong, flag):
    issuer = Issuer(bench, start=-100)
    crl = issuer.crl(**wrong)
    assert configure(bench, issuer.certificate, crl, check="crl").oper_flags == (flag,)
    assert configure(bench, issuer.certificate, crl).up
    assert bench.texts(2094) == [
        f'CA profile "tested" is up only because its CRL is optional: {flag}.'
    ]


def test_a_crl_that_expires_takes_the_profile_down(bench):
    issuer = Issuer(bench)
    configure(bench, issuer.certificate, issuer.crl(life=3), check="crl")
    bench.advance(days=4)
    assert bench.engine.authorities.state("tested").oper_flags == ("expired-crl",)


# --- the rest ------------------------------------------------------------------------------------


def test_a_response_signing_certificate_has_its_own_flags(bench):
    more = 'cmpv2 { response-signing-cert "signer.crt" }'
    certificate = Issuer(bench).certificate
    assert configure(bench, certificate, more=more).oper_flags == ("invalid-cmpv2-signing-cert",)
    bench.keystore.put("certificate", "signer.crt", bench.authority.cmp_signer.certificate)
    bench.engine.file_changed("signer.crt")
    assert bench.engine.authorities.state("tested").up


def test_flags_come_in_the_order_of_the_yang_bits(bench):
    more = 'cmpv2 { response-signing-cert "signer.crt" }'
    state = configure(bench, Issuer(bench, start=-400).certificate, more=more, check="crl")
    assert state.oper_flags == ("invalid-crl", "invalid-cmpv2-signing-cert", "expired-cert")


def test_an_import_changes_nothing_until_the_profile_restarts(bench):
    first, second = Issuer(bench).certificate, Issuer(bench).certificate
    configure(bench, first)
    bench.keystore.put("certificate", "ca.crt", second)
    bench.engine.file_changed("ca.crt")
    assert bench.engine.authorities.certificate("tested") == first
    bench.configure('ca-profile "tested" { cert-file "ca.crt" revocation-check crl-optional }')
    configure(bench)
    assert bench.engine.authorities.certificate("tested") == second


def test_another_cert_file_restarts_the_profile(bench):
    configure(bench, Issuer(bench).certificate)
    bench.configure(
        'ca-profile "tested" { admin-state enable cert-file "root.crt" revocation-check crl-optional }'
    )
    assert bench.engine.authorities.certificate("tested") == bench.authority.root


def test_the_certificate_of_a_profile_that_is_down_is_not_given_out(bench):
    configure(bench)
    with pytest.raises(RefusedError, match='ca-profile "tested" is down: invalid-cert'):
        bench.engine.authorities.certificate("tested")
    with pytest.raises(RefusedError, match="admin-down"):
        bench.engine.authorities.certificate("unknown")
    assert bench.authority.root in bench.engine.authorities.certificates()


def test_the_issuers_of_a_certificate_are_found_by_name_up_to_the_root(bench):
    certificate = bench.enrol()
    configure(bench, Issuer(bench).certificate)
    authorities = bench.engine.authorities
    assert authorities.issuers_of(certificate) == (
        bench.authority.issuing.certificate,
        bench.authority.root,
    )
    assert authorities.issuers_of(Issuer(bench).certificate) != ()
    assert authorities.issuers_of(b"garbage") == ()


def test_a_chain_is_checked_against_the_profiles_that_are_up(bench):
    from srpki.core.errors import PeerError

    certificate = bench.enrol()
    bench.engine.check_chain(certificate)
    with pytest.raises(PeerError):
        bench.engine.check_chain(Issuer(bench).certificate)


def test_a_ca_certificate_without_well_defined_expiry_is_up_for_good(bench):
    # 99991231235959Z [RFC 5280, 4.1.2.5]: there is no second after it
    key, name = keys.generate(P256), certificates.parse_dn("O=Test,CN=CA")
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(bench.clock.now())
        .not_valid_after(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    assert configure(bench, builder.sign(key, hashes.SHA256()).public_bytes(DER)).up
    bench.advance(days=1)
    assert bench.engine.authorities.state("tested").up
