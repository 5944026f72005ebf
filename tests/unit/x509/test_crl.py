"""CRLs: accepted from their CA only."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from srpki.core.errors import InvalidInputError
from srpki.x509 import crl


def make(lab, issuer, *, delta=False, key=None):
    builder = x509.CertificateRevocationListBuilder(issuer.subject, lab.now, lab.now + lab.day)
    if delta:
        builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
    return builder.sign(key or issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_the_dates_of_a_good_crl(lab, root):
    facts = crl.check(make(lab, root), root.der)
    assert (facts.this_update, facts.next_update) == (lab.now, lab.now + lab.day)


def test_a_crl_of_another_ca_key_or_kind_is_refused(lab, root):
    other = lab.make_root("other")
    namesake = lab.make_root("root")
    for bad, words in (
        (make(lab, other), "another CA"),
        (make(lab, root, key=namesake.key), "not signed"),
        (make(lab, root, delta=True), "delta"),
        (make(lab, root)[:-1], "cannot be read"),
        (root.der, "cannot be read"),
        (b"", "cannot be read"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            crl.check(bad, root.der)
