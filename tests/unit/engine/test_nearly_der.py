"""Certificates that are nearly DER, from import through renewal, by both protocols."""

import itertools
from dataclasses import replace

import pytest
from counting import met
from crooked import KINDS, Kind, authority, extension, rewritten

from srpki.labca import authority as lab_authority
from srpki.labca import profiles
from srpki.labca.cmp_responder import CmpResponder
from srpki.x509 import certificates

LEAVES = {title: kind for title, kind in KINDS.items() if kind.ca is not True}
CAS = {title: kind for title, kind in KINDS.items() if kind.ca is not False}
PROTOCOLS = ("by-cmp", "by-est")


@pytest.fixture
def crooked_ca(bench, monkeypatch):
    """Let the CA write every certificate as a kind has it."""

    def start(kind):
        whole = profiles.end_entity
        numbers = itertools.count(0, -1)

        def end_entity(subject, issuer, number, *more, **others):
            if kind.field != "serialNumber":
                return rewritten(whole(subject, issuer, number, *more, **others), kind, issuer.key)
            return rewritten(whole(subject, issuer, 7, *more, **others), kind, issuer.key, number)

        monkeypatch.setattr(profiles, "end_entity", end_entity)
        if kind.field == "serialNumber":
            monkeypatch.setattr(lab_authority, "serial_number", lambda _: next(numbers))

    return start


@pytest.mark.parametrize("profile", PROTOCOLS)
@pytest.mark.parametrize("title", met(30, LEAVES))
def test_a_certificate_of_each_kind_is_renewed_by_another(title, profile, bench, crooked_ca):
    kind = LEAVES[title]
    crooked_ca(kind)
    first = bench.enrol()
    bench.configure(bench.entry(profile=profile))
    bench.engine.start()
    for _ in range(2):
        outcome = bench.engine.update_now("gw.crt")
        assert outcome.ok, outcome.reason
    renewed, _ = bench.pair()
    assert renewed != first and bench.whole()
    for der in (first, renewed):
        assert certificates.parse(der).not_der == (kind.field,)
    assert certificates.same_subject(first, renewed)
    assert certificates.same_alternative_names(first, renewed)


@pytest.mark.parametrize(
    ("oid", "field"), [("2.5.29.15", "keyUsage"), ("2.5.29.19", "basicConstraints")]
)
def test_a_ca_whose_powers_cannot_be_read_is_down_and_the_log_says_why(oid, field, bench):
    _, der = authority(Kind("", extension(oid, b"\x30\x01")))
    bench.keystore.put("certificate", "odd.crt", der)
    bench.engine.file_changed("odd.crt")
    profile = (
        'ca-profile "odd" { admin-state enable cert-file "odd.crt" revocation-check crl-optional }'
    )
    bench.engine.apply(bench.configured(profiles=profile, tls="", ipsec=""))
    assert bench.engine.authorities.state("odd").oper_flags == ("invalid-cert",)
    (text,) = (text for text in bench.texts(2045) if "invalid-cert" in text)
    assert f"(the certificate's {field} cannot be read: it is not well formed)" in text


@pytest.mark.parametrize("profile", PROTOCOLS)
def test_names_that_cannot_be_read_stop_a_renewal_before_anything_is_sent(
    profile, bench, crooked_ca
):
    crooked_ca(Kind("", extension("2.5.29.17", b"\x30\x01")))
    bench.enrol()
    bench.configure(bench.entry(profile=profile))
    bench.engine.start()
    outcome = bench.engine.update_now("gw.crt")
    assert "the certificate's subjectAltName cannot be read" in outcome.reason
    assert bench.requests == []


@pytest.mark.parametrize("title", met(30, CAS))
def test_a_ca_of_each_kind_has_its_profile_up_and_renews(title, bench):
    kind = CAS[title]
    made = bench.authority  # the key of its root is gone: what signs here is not looked at
    issuing = rewritten(made.issuing.certificate, kind, made.issuing.key)
    (first,) = made.generations.all
    rewritten_ca = replace(first.issuing, certificate=issuing)
    signer = made.generations._make_server(rewritten_ca, "cmp-signer")
    made.generations.all = (replace(first, issuing=rewritten_ca, cmp_signer=signer),)
    responder = CmpResponder(made, bench.faults, log=bench.transactions.append)
    bench._responders["http"] = responder
    bench.keystore.put("certificate", "issuing.crt", issuing)
    bench.engine.file_changed("issuing.crt")
    bench.enrol()
    bench.configure(bench.entry())
    bench.engine.start()
    assert bench.engine.authorities.state("lab").oper_state == "up"
    outcome = bench.engine.update_now("gw.crt")
    assert outcome.ok, outcome.reason
