"""Whose signature on an answer counts [facts: pki.md section 8.1]."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp import protect
from srpki.protocol.cmp.client import key_update
from srpki.protocol.cmp.signer import issuer_and_subject
from srpki.x509.certificates import parse
from srpki.x509.keys import KeySpec, generate

KEY = generate(KeySpec("ecdsa", curve="secp256r1"))
CMC_RA = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.28")


@pytest.fixture
def update(ca, run, around):
    """Runs a key update with changes to the ca-profile."""

    def update(**peer):
        machine = key_update(replace(ca.peer, **peer), ca.signature, KEY, poll=True, **around)
        return run(machine, ca).certificate

    return update


def signed_by(ca, certificate, key, *others):
    ca.protector = protect.SignatureProtector(key, "sha256")
    ca.sender = issuer_and_subject(certificate)[1]
    ca.extra_certs = (certificate, *others)


def test_ca_itself_may_sign(ca, update):
    signed_by(ca, ca.certificate, ca.key)
    ca.extra_certs = ()
    assert update() == ca.issued


def test_certificate_issued_for_cmc_may_sign(ca, update):
    assert update() == ca.issued
    signed_by(ca, ca.issue(ca.signer_key, "RA", usage=(CMC_RA,)), ca.signer_key)
    assert update() == ca.issued


def test_any_other_certificate_of_the_ca_may_not(ca, update):
    signed_by(ca, ca.issue(ca.signer_key, "device"), ca.signer_key)
    with pytest.raises(ProtocolError, match="may not sign answers for the CA"):
        update()


def test_certificate_of_another_ca_may_not(ca, make_ca, update):
    other = make_ca()
    signed_by(ca, other.signer, other.signer_key, other.certificate)
    with pytest.raises(ProtocolError, match="does not count"):
        update()
    with pytest.raises(ProtocolError, match="does not count"):
        update(response_signing_use_extracert=True)


def test_use_extracert_takes_what_leads_to_the_ca(ca, update, make_ca):
    middle = generate(KeySpec("ecdsa", curve="secp256r1"))
    middle_certificate = ca.issue(middle, "Middle", ca=True, san="")
    below = make_ca(key=middle)
    signer = _issued_by(below, "Middle", middle, ca.signer_key)
    signed_by(ca, signer, ca.signer_key, middle_certificate)
    with pytest.raises(ProtocolError):
        update()  # the profile's CA did not issue it itself
    assert update(response_signing_use_extracert=True) == ca.issued
    deep = {"response_signing_use_extracert": True, "maximum_cert_chain_depth": 2}
    with pytest.raises(ProtocolError, match="has more than 2 certificates"):
        update(**deep)


def _issued_by(ca, issuer, issuer_key, key):
    from cryptography.hazmat.primitives import hashes, serialization

    template = x509.load_der_x509_certificate(ca.issue(key, "signer"))
    builder = (
        x509.CertificateBuilder()
        .subject_name(template.subject)
        .issuer_name(x509.Name.from_rfc4514_string(f"CN={issuer},O=Lab,C=DE"))
        .public_key(key.public_key())
        .serial_number(77)
        .not_valid_before(template.not_valid_before_utc)
        .not_valid_after(template.not_valid_after_utc)
    )
    for extension in template.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_signer_without_digital_signature_may_not(ca, update):
    certificate = ca.issue(ca.signer_key, "RA", usage=(CMC_RA,), key_usage="key_agreement")
    signed_by(ca, certificate, ca.signer_key)
    for choice in (False, True):
        with pytest.raises(ProtocolError, match="keyUsage"):
            update(response_signing_use_extracert=choice)


def test_signer_whose_certificate_says_nothing_of_key_usage_may(ca, update):
    """What is not limited is allowed [RFC 5280, 4.2.1.3]."""
    signed_by(ca, ca.issue(ca.signer_key, "RA", usage=(CMC_RA,), key_usage=None), ca.signer_key)
    for choice in (False, True):
        assert update(response_signing_use_extracert=choice) == ca.issued


def test_signing_cert_subject_narrows_the_choice(ca, update):
    assert update(signing_cert_subject="CN=cmp") == ca.issued
    assert update(signing_cert_subject="O=LAB, CN=CMP") == ca.issued
    for wanted in ("CN=RA", "O=Lab,OU=CA,CN=CMP"):
        with pytest.raises(ProtocolError, match="no certificate is known"):
            update(signing_cert_subject=wanted, response_signing_use_extracert=True)


def test_signing_cert_subject_that_is_no_name_is_refused_at_once(ca, update):
    with pytest.raises(InvalidInputError):
        update(signing_cert_subject="CMP")
    assert ca.seen == []


def test_configured_certificate_may_sign_and_no_other(ca, update, make_ca):
    outside = make_ca()
    configured = {"response_signing_certificates": (outside.device,)}
    with pytest.raises(ProtocolError, match="no certificate is known"):
        update(**configured)
    with pytest.raises(ProtocolError, match="no certificate is known"):
        update(**configured, response_signing_use_extracert=True)
    signed_by(ca, outside.device, outside.device_key)
    ca.extra_certs = ()
    assert update(**configured) == ca.issued


def test_configured_certificate_must_be_valid_now(ca, update):
    old = ca.issue(ca.signer_key, "old", not_before=ca_time(ca) - timedelta(days=90))
    signed_by(ca, old, ca.signer_key)
    with pytest.raises(ProtocolError, match="expired"):
        update(response_signing_certificates=(old,))


def ca_time(ca):
    return parse(ca.device).not_valid_before_utc


def test_expired_signer_may_not(ca, update):
    old = ca.issue(
        ca.signer_key, "RA", usage=(CMC_RA,), not_before=ca_time(ca) - timedelta(days=90)
    )
    signed_by(ca, old, ca.signer_key)
    with pytest.raises(ProtocolError, match="expired"):
        update()


def test_sender_must_be_the_signers_subject(ca, update):
    ca.sender = issuer_and_subject(ca.certificate)[1]
    with pytest.raises(ProtocolError, match="does not count"):
        update()
    ca.sender = b"\x30\x00"
    with pytest.raises(ProtocolError, match="no certificate is known"):
        update()


def test_sender_is_compared_by_the_rules_of_rfc_5280(ca, update):
    printable = x509.Name(
        x509.NameAttribute(attribute.oid, attribute.value.upper(), x509.name._ASN1Type.UTF8String)
        for attribute in parse(ca.signer).subject
    )
    ca.sender = printable.public_bytes()
    assert ca.sender != issuer_and_subject(ca.signer)[1]
    assert update() == ca.issued


def test_sender_kid_must_be_the_signers_if_it_is_given(ca, update):
    extension = parse(ca.signer).extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    ca.bend = lambda parts: parts.update(
        header=parts["header"]._replace(sender_kid=extension.value.digest)
    )
    assert update() == ca.issued
    ca.bend = lambda parts: parts.update(header=parts["header"]._replace(sender_kid=b"other"))
    with pytest.raises(ProtocolError, match="senderKID of the kup, 6f74686572, is not"):
        update()


def test_right_name_and_wrong_key_may_not(ca, update, make_ca):
    ca.protector = protect.SignatureProtector(make_ca().key, "sha256")
    with pytest.raises(ProtocolError, match="signature of the kup is wrong"):
        update()


def test_names_are_cut_from_the_certificate_as_they_stand(ca):
    certificate = parse(ca.device)
    assert issuer_and_subject(ca.device) == (
        certificate.issuer.public_bytes(),
        certificate.subject.public_bytes(),
    )
    with pytest.raises(InvalidInputError):
        issuer_and_subject(b"\x30\x02\x30\x00")


@pytest.mark.parametrize("configured", [False, True])
def test_a_sender_kid_that_fits_no_certificate_is_named_as_the_cause(ca, update, configured):
    ca.bend = lambda parts: parts.update(
        header=parts["header"]._replace(sender_kid=bytes.fromhex("c0ffee00"))
    )
    peer = {"response_signing_certificates": (ca.signer,)} if configured else {}
    with pytest.raises(ProtocolError) as caught:
        update(**peer)
    assert "senderKID of the kup, c0ffee00," in caught.value.sentence
    assert "CN=CMP" in caught.value.sentence


def test_a_sender_kid_is_not_blamed_for_a_signer_who_is_not_known(ca, update):
    ca.sender = parse(ca.device).subject.public_bytes()
    ca.bend = lambda parts: parts.update(
        header=parts["header"]._replace(sender_kid=b"\xc0"), extra_certs=()
    )
    with pytest.raises(ProtocolError, match="no certificate is known"):
        update()
