"""NIST's Public Key Interoperability Test Suite (PKITS 1.0.1) judges paths and their revocation.

Each end-entity certificate of the suite ends one path of a numbered test. Its name says whether
the path is to be valid; where it does not (section 4.8, certificate policies), the document does.
The inputs are the default ones of RFC 5280: any policy, none required.
"""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import cryptography_vectors
import pytest

from srpki.core.errors import SrpkiError
from srpki.x509 import certificates, chain, crl, names, revocation

SUITE = Path(cryptography_vectors.__file__).parent / "x509" / "PKITS_data"
AT = datetime(2016, 1, 1, tzinfo=UTC)
ANCHOR = "TrustAnchorRootCertificate"
INVALID_BY_DOCUMENT = {f"DifferentPoliciesTest{number}EE" for number in (4, 5, 7, 8, 9, 12)}

OTHER_KEY = "the CRL is signed by another key of the CA; a ca-profile's CRL is signed by its CA"
INDIRECT = "indirect CRLs, of another issuer, are not processed"
DELTA = "delta CRLs are not processed"
DISAGREEMENTS = {
    "InvaliddeltaCRLTest4EE": DELTA,
    "ValiddeltaCRLTest5EE": DELTA,
    "ValidBasicSelfIssuedCRLSigningKeyTest6EE": OTHER_KEY,
    "ValidBasicSelfIssuedNewWithOldTest4EE": OTHER_KEY,
    "ValidBasicSelfIssuedOldWithNewTest1EE": OTHER_KEY,
    "ValidDNnameConstraintsTest19EE": OTHER_KEY,
    "ValidSelfIssuedinhibitAnyPolicyTest7EE": OTHER_KEY,
    "ValidSelfIssuedinhibitAnyPolicyTest9EE": OTHER_KEY,
    "ValidSelfIssuedinhibitPolicyMappingTest7EE": OTHER_KEY,
    "ValidSelfIssuedpathLenConstraintTest15EE": OTHER_KEY,
    "ValidSelfIssuedpathLenConstraintTest17EE": OTHER_KEY,
    "ValidSelfIssuedrequireExplicitPolicyTest6EE": OTHER_KEY,
    "ValidSeparateCertificateandCRLKeysTest19EE": OTHER_KEY,
    "ValidIDPwithindirectCRLTest24EE": INDIRECT,
    "ValidIDPwithindirectCRLTest25EE": INDIRECT,
    "ValidcRLIssuerTest28EE": INDIRECT,
    "ValidcRLIssuerTest29EE": INDIRECT,
    "ValidcRLIssuerTest30EE": INDIRECT,
    "ValidcRLIssuerTest33EE": INDIRECT,
    "ValidDSAParameterInheritanceTest5EE": "DSA keys without parameters are not read",
}
"""Every path on which this project and the suite differ, with the reason."""
UNREVOKED = {OTHER_KEY, INDIRECT, DELTA}
"""Reasons that lie in the CRLs alone: the paths themselves are valid for us, too."""


class Suite:
    """The certificates and CRLs of the suite, found by their names."""

    def __init__(self):
        self.certificates = {
            file.stem: file.read_bytes() for file in sorted((SUITE / "certs").glob("*.crt"))
        }
        self.leaves = [name for name in self.certificates if name.endswith("EE")]
        self.anchor = self.certificates[ANCHOR]
        self.below = defaultdict(list)
        for name, der in self.certificates.items():
            if name not in {*self.leaves, ANCHOR, "DSAParametersInheritedCACert"}:
                self.below[certificates.facts(der).canonical_subject].append(der)
        self.crls = defaultdict(list)
        for file in sorted((SUITE / "crls").glob("*.crl")):
            self.crls[crl.contents(file.read_bytes()).issuer].append(file.read_bytes())

    def path(self, name):
        """Return the path of a leaf; raises `SrpkiError` when there is none."""
        leaf = self.certificates[name]
        issuers, wanted, seen = [], [certificates.facts(leaf).canonical_issuer], set()
        while wanted:
            issuer = wanted.pop()
            if issuer not in seen:
                seen.add(issuer)
                issuers += self.below[issuer]
                wanted += (certificates.facts(der).canonical_issuer for der in self.below[issuer])
        return chain.check_chain(leaf, issuers, [self.anchor], AT)

    def is_unrevoked(self, path):
        """Say whether every certificate of the path is good by the CRLs of its issuer."""
        return all(
            revocation.by_crls(der, self.crls_of(issuer)).status == "good"
            for der, issuer in pairwise(path)
        )

    def crls_of(self, issuer):
        """Yield the CRLs that a ca-profile with the certificate *issuer* takes at the time."""
        for der in self.crls[names.display(certificates.parse(issuer).subject)]:
            try:
                said = crl.check(der, issuer)
            except SrpkiError:
                continue
            if said.this_update <= AT <= (said.next_update or AT):
                yield der


@pytest.fixture(scope="module")
def suite():
    return Suite()


def is_to_be_valid(name):
    return not name.startswith("Invalid") and name not in INVALID_BY_DOCUMENT


def test_paths_are_valid_where_the_suite_says_so(suite, agreement):
    assert len(suite.leaves) == 223
    differing = set()
    for name in suite.leaves:
        try:
            valid = suite.is_unrevoked(suite.path(name))
        except SrpkiError:
            valid = False
        if valid != is_to_be_valid(name):
            differing.add(name)
    agreement("PKITS", len(suite.leaves) - len(differing), len(suite.leaves))
    for name, reason in DISAGREEMENTS.items():
        print(f"{name}: {reason}")
    assert differing == set(DISAGREEMENTS)


def test_where_only_revocation_differs_the_path_itself_is_valid(suite):
    for name, reason in DISAGREEMENTS.items():
        if reason in UNREVOKED:
            assert suite.path(name)
