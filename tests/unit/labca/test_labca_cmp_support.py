"""What the lab CA tells who asks with genm [RFC 4210, 5.3.19; RFC 9483, 4.3]."""

from datetime import timedelta

import pytest
from cryptography import x509

from srpki.protocol.cmp import bodies, general
from srpki.x509 import certificates, der, names


def ask(cmp, *infos, **parts):
    """Send a genm with *infos* and return what the genp tells."""
    cmp.last = None
    answer = cmp.ask(general.encode_general("genm", infos), **parts)
    assert answer.kind == "genp", bodies.decode_error(answer)
    cmp.transaction_id = bytes((cmp.transaction_id[0] + 1,)) * 16
    return general.decode_general(answer)


def refusal(cmp, *infos):
    cmp.last = None
    answer = cmp.ask(general.encode_general("genm", infos))
    assert answer.kind == "error"
    (fail_info,) = bodies.decode_error(answer).fail_info
    return fail_info


def test_the_ca_certificates_are_told(cmp, authority):
    ((name, value),) = ask(cmp, (general.CA_CERTIFICATES, None))
    assert name == "1.3.6.1.5.5.7.4.17"
    found = [element.whole for element in der.elements(der.read(value).content)]
    assert found == [authority.issuing.certificate, authority.root]


def test_there_is_no_newer_root(cmp, authority):
    for known in (authority.root, None):
        assert ask(cmp, (general.ROOT_CERTIFICATE, known)) == (("1.3.6.1.5.5.7.4.18", None),)


def test_requests_need_no_template(cmp):
    assert ask(cmp, (general.REQUEST_TEMPLATE, None)) == (("1.3.6.1.5.5.7.4.19", None),)


def test_the_current_crl_is_told(cmp, authority):
    ((name, value),) = ask(cmp, (general.CURRENT_CRL, None))
    assert name == "1.3.6.1.5.5.7.4.6"
    key = certificates.parse(authority.issuing.certificate).public_key()
    assert x509.load_der_x509_crl(value).is_signature_valid(key)


def issued_by(name):
    """Return a CRLSource that names an issuer; its tags are EXPLICIT [RFC 9480, A.2]."""
    return der.encode(0xA1, der.encode(der.SEQUENCE, der.encode(0xA4, name)))


def status(authority, known=None, source=None):
    """Return a CRLStatusList for the issuing CA's CRL, of which the one of *known* is there."""
    name = certificates.parse(authority.issuing.certificate).subject.public_bytes()
    issuer = issued_by(name)
    time = b"" if known is None else der.encode(0x17, f"{known:%y%m%d%H%M%SZ}".encode())
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, source or issuer, time))


def test_a_crl_is_told_when_it_is_newer_than_the_one_that_is_known(cmp, authority, clock):
    now = clock.now()
    for known in (None, now - timedelta(seconds=1)):
        ((name, value),) = ask(cmp, (general.CRL_STATUS_LIST, status(authority, known)))
        assert name == "1.3.6.1.5.5.7.4.23"
        (crl,) = der.elements(der.read(value).content)
        assert x509.load_der_x509_crl(crl.whole).last_update_utc == now
    told = ask(cmp, (general.CRL_STATUS_LIST, status(authority, now)))
    assert told == (("1.3.6.1.5.5.7.4.23", None),)


def test_a_crl_is_known_by_its_issuer_or_by_a_place(cmp, authority):
    place = der.encode(0xA0, der.encode(0xA0, der.encode(0x86, b"http://lab/crl")))
    ((_, value),) = ask(cmp, (general.CRL_STATUS_LIST, status(authority, source=place)))
    assert value is not None
    stranger = names.parse_dn("CN=another CA").public_bytes()
    other = issued_by(stranger)
    assert ask(cmp, (general.CRL_STATUS_LIST, status(authority, source=other))) == (
        ("1.3.6.1.5.5.7.4.23", None),
    )


def test_several_things_are_told_at_once_and_the_unknown_is_listed(cmp):
    told = ask(
        cmp,
        *((general.REQUEST_TEMPLATE, None), ("1.2.3.4", None), (general.CURRENT_CRL, None)),
        *(("1.2.3.5", der.NULL), ("1.2.3.4", None)),
    )
    assert [name for name, _ in told[:-1]] == [general.REQUEST_TEMPLATE, general.CURRENT_CRL]
    # id-it-unsupportedOIDs is a SEQUENCE OF OBJECT IDENTIFIER [RFC 4210, 5.3.19.12 and F]
    assert told[-1] == ("1.3.6.1.5.5.7.4.7", bytes.fromhex("300a 0603 2a0304 0603 2a0305"))
    assert ask(cmp) == ()


def test_a_holder_may_ask_too(cmp, device_key):
    signer = device_key, cmp.enrolled(device_key)
    assert ask(cmp, (general.REQUEST_TEMPLATE, None), signer=signer)


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ((general.CA_CERTIFICATES, der.NULL), "badRequest"),
        ((general.CURRENT_CRL, der.NULL), "badRequest"),
        ((general.REQUEST_TEMPLATE, b"\x30\x00"), "badRequest"),
        ((general.ROOT_CERTIFICATE, b"\x30\x00"), "badDataFormat"),
        ((general.CRL_STATUS_LIST, None), "badRequest"),
        ((general.CRL_STATUS_LIST, der.NULL), "badDataFormat"),
        ((general.CRL_STATUS_LIST, b"\x30\x00"), "badDataFormat"),
    ],
)
def test_a_value_that_does_not_belong_is_refused(cmp, info, expected):
    assert refusal(cmp, info) == expected


def test_two_crls_at_once_are_refused(cmp, authority):
    item = der.read(status(authority)).content
    assert refusal(cmp, (general.CRL_STATUS_LIST, der.encode(der.SEQUENCE, item, item))) == (
        "badRequest"
    )


def test_who_is_not_known_is_told_nothing(cmp):
    body = general.encode_general("genm", [(general.CURRENT_CRL, None)])
    answer = cmp.ask(body, protector=None)
    assert bodies.decode_error(answer).fail_info == ("badMessageCheck",)
