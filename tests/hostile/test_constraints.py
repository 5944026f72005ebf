"""Extensions that steer a path and its revocation, altered: a verdict or a refusal, nothing else."""

import ipaddress
import random
from datetime import UTC, datetime

import pytest
from cryptography import x509
from issuing import Ca

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, chain, crl, keys, revocation
from srpki.x509 import der as asn1
from srpki.x509.chain import RefusedChainError

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ROUNDS = 60
ODD = (0x00, 0x01, 0x06, 0x30, 0x31, 0x80, 0x82, 0xA0, 0xFF)
"""Octets that are tags and lengths more often than others."""
POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.99999.2.1")
REASONS = frozenset({x509.ReasonFlags.key_compromise})
ONE = x509.UniformResourceIdentifier("http://192.0.2.1/1.crl")
RELATIVE = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "1")])
ITSELF = x509.DirectoryName(certificates.parse_dn("O=Test,CN=CA"))


def pair(one, other):
    return asn1.encode(asn1.SEQUENCE, asn1.encode_oid(one), asn1.encode_oid(other))


VALUES = {
    x509.NameConstraints.oid: x509.NameConstraints(
        [
            x509.DNSName("a.net"),
            x509.RFC822Name("b.net"),
            x509.UniformResourceIdentifier(".c.net"),
            ITSELF,
        ],
        [x509.IPAddress(ipaddress.ip_network("192.0.2.0/24")), x509.RegisteredID(POLICY)],
    ).public_bytes(),
    x509.SubjectAlternativeName.oid: x509.SubjectAlternativeName(
        [
            x509.DNSName("x.a.net"),
            x509.RFC822Name("a@b.net"),
            x509.UniformResourceIdentifier("http://x.c.net/"),
            ITSELF,
            x509.OtherName(POLICY, b"\x0c\x01a"),
        ]
    ).public_bytes(),
    x509.CertificatePolicies.oid: x509.CertificatePolicies(
        [x509.PolicyInformation(POLICY, None)]
    ).public_bytes(),
    x509.PolicyConstraints.oid: x509.PolicyConstraints(0, 1).public_bytes(),
    x509.InhibitAnyPolicy.oid: x509.InhibitAnyPolicy(1).public_bytes(),
    x509.ObjectIdentifier("2.5.29.33"): asn1.encode(
        asn1.SEQUENCE, pair(POLICY.dotted_string, "1.3.6.1.4.1.99999.2.2")
    ),
    x509.CRLDistributionPoints.oid: x509.CRLDistributionPoints(
        [
            x509.DistributionPoint([ONE], None, REASONS, None),
            x509.DistributionPoint(None, RELATIVE, None, [ITSELF]),
        ]
    ).public_bytes(),
}
SCOPE = x509.IssuingDistributionPoint([ONE], None, False, False, REASONS, False, False)


def altered(chance, value):
    octets = bytearray(value)
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        place = chance.randrange(len(octets) + 1)
        match chance.randrange(4):
            case 0:
                octets[place : place + 1] = bytes((chance.choice(ODD),))
            case 1:
                octets[place : place + 1] = bytes((chance.randrange(256),))
            case 2:
                del octets[place : place + 1]
            case 3:
                octets[place:place] = bytes((chance.choice(ODD),))
    return bytes(octets)


def drawn(chance):
    """Return some of `VALUES`, most of them altered."""
    return [
        x509.UnrecognizedExtension(oid, altered(chance, value))
        for oid, value in VALUES.items()
        if chance.random() < 0.5
    ]


@pytest.mark.parametrize("seed", range(10))
def test_altered_extensions_are_judged_or_refused(tally, seed):
    case = tally("extension that steers a path, altered", ROUNDS)
    chance = random.Random(seed)
    root, below = Ca(NOW), Ca(NOW, "CN=Below")
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    for _ in range(ROUNDS):
        more = drawn(chance)
        below.certificate = root._made(below.name, below.key, -1, 99, ca=True, more=more)
        leaf = below.issue(key=key, more=drawn(chance))
        spoilt = x509.UnrecognizedExtension(SCOPE.oid, altered(chance, SCOPE.public_bytes()))
        listed = below.crl(critical=[spoilt])
        anchors, given = [root.certificate], [below.certificate]
        for judge, what in (
            (chain.check_chain, (leaf, given, anchors, NOW)),
            (chain.unprocessed, (below.certificate,)),
            (revocation.by_crls, (leaf, [listed])),
            (crl.check, (listed, below.certificate)),
        ):
            try:
                judge(*what)
            except (InvalidInputError, RefusedChainError):
                continue
        case()
