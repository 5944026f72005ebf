"""Paths: openssl verify is the judge where it judges the same; the rest is RFC 5280, 6.1."""

import time
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from srpki.core.errors import InvalidInputError, PeerError
from srpki.x509 import certificates, chain, formats
from srpki.x509.chain import RefusedChainError, check_chain


@pytest.fixture
def tower(lab, root):
    """root -> upper -> lower -> leaf"""
    upper = lab.issue(root, lab.Holder(lab.name("upper")), ca=True)
    lower = lab.issue(upper, lab.Holder(lab.name("lower")), ca=True)
    leaf = lab.issue(lower, lab.Holder(lab.name("leaf")))
    return root, upper, lower, leaf


def ders(*holders):
    return [holder.der for holder in holders]


def test_a_path_is_found_whatever_the_order(tower, lab):
    root, upper, lower, leaf = tower
    for untrusted in (ders(lower, upper), ders(upper, lower), ders(root, upper, leaf, lower)):
        assert check_chain(leaf.der, untrusted, [root.der], lab.now) == tuple(
            ders(leaf, lower, upper, root)
        )


def test_openssl_verify_agrees(tower, lab, openssl, tmp_path):
    root, upper, lower, leaf = tower
    files = {
        "root": [root.der],
        "middle": ders(upper, lower),
        "leaf": [leaf.der],
    }
    for file, content in files.items():
        (tmp_path / file).write_bytes(formats.write_certificates(content, "pem"))
    at = str(int(lab.now.timestamp()))
    openssl(
        "verify", "-attime", at, "-CAfile", str(tmp_path / "root"),
        "-untrusted", str(tmp_path / "middle"), str(tmp_path / "leaf"),
    )  # fmt: skip


def test_an_anchor_may_be_an_intermediate_or_the_certificate_itself(tower, lab):
    _, upper, lower, leaf = tower
    assert len(check_chain(leaf.der, [], [lower.der], lab.now)) == 2
    assert len(check_chain(leaf.der, ders(lower), [upper.der], lab.now)) == 3
    assert check_chain(leaf.der, [], [leaf.der], lab.now) == (leaf.der,)


def test_a_missing_issuer_is_named(tower, lab):
    root, upper, _, leaf = tower
    with pytest.raises(
        RefusedChainError, match=r'issuer of "O=Lab, CN=leaf", "O=Lab, CN=lower"'
    ) as caught:
        check_chain(leaf.der, ders(upper), [root.der], lab.now)
    assert isinstance(caught.value, PeerError)
    with pytest.raises(RefusedChainError):
        check_chain(leaf.der, [], [], lab.now)


def test_the_same_name_with_another_key_is_not_the_issuer(tower, lab):
    _, upper, lower, leaf = tower
    impostor = lab.make_root("root")
    with pytest.raises(
        RefusedChainError,
        match='"O=Lab, CN=upper" is not signed by the key of "O=Lab, CN=root" that is trusted',
    ) as caught:
        check_chain(leaf.der, ders(lower, upper), [impostor.der], lab.now)
    assert "if the CA has a new key, import its new certificate" in caught.value.hint


def test_a_ca_that_has_a_new_key_is_told_as_such(lab):
    old, new = lab.make_root("CA", identifiers=True), lab.make_root("CA", identifiers=True)
    leaf = lab.issue(new, lab.Holder(lab.name("leaf")), identifiers=True)
    with pytest.raises(RefusedChainError, match=r"CN=leaf.* by the key of .*CN=CA.* trusted"):
        check_chain(leaf.der, [], [old.der], lab.now)
    with pytest.raises(
        RefusedChainError, match='"O=Lab, CN=CA" has another key than the CA of this name'
    ) as caught:
        check_chain(leaf.der, [new.der], [old.der], lab.now)
    assert "restart the ca-profile" in caught.value.hint


def test_an_issuer_that_cannot_be_read_is_told(lab, root):
    """It is at hand, so that it is not known is half the truth."""
    spoilt = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.36"), b"\x05\x00")
    ca = lab.issue(root, lab.Holder(lab.name("CA")), ca=True, extensions=((spoilt, True),))
    leaf = lab.issue(ca, lab.Holder(lab.name("leaf")))
    with pytest.raises(
        RefusedChainError,
        match=r"CN=CA\", is not known; .*critical policyConstraints cannot be read",
    ):
        check_chain(leaf.der, [ca.der], [root.der], lab.now)


def test_a_broken_signature_is_not_blamed_on_a_new_key(lab):
    root = lab.make_root("CA", identifiers=True)
    leaf = lab.issue(root, lab.Holder(lab.name("leaf")), identifiers=True).der
    broken = leaf[:-1] + bytes((leaf[-1] ^ 1,))
    with pytest.raises(RefusedChainError, match=r'signature of ".*CN=CA" on ".*CN=leaf" is wrong'):
        check_chain(broken, [], [root.der], lab.now)


def test_of_two_issuers_of_one_name_the_right_one_is_found(lab, root):
    first = lab.issue(root, lab.Holder(lab.name("ca")), ca=True)
    second = lab.issue(root, lab.Holder(lab.name("ca")), ca=True)
    leaf = lab.issue(second, lab.Holder(lab.name("leaf")))
    for untrusted in (ders(first, second), ders(second, first)):
        assert check_chain(leaf.der, untrusted, [root.der], lab.now)[1] == second.der


def test_a_dead_end_is_left_and_another_path_taken(lab, root):
    """The same CA key certified by an unknown root first, by ours second (cross-signed)."""
    stranger = lab.make_root("stranger")
    ca = lab.Holder(lab.name("ca"))
    crossed = lab.issue(stranger, ca, ca=True).der
    ours = lab.issue(root, ca, ca=True).der
    leaf = lab.issue(ca, lab.Holder(lab.name("leaf")))
    assert check_chain(leaf.der, [crossed, ours], [root.der], lab.now) == (leaf.der, ours, root.der)


def test_the_same_key_under_another_name_is_not_the_issuer(lab, root):
    """A signature that holds is half of what makes an issuer [RFC 5280, 6.1.3 (a)(1), (a)(4)]."""
    namesake = lab.Holder(lab.name("namesake"), root.key)
    lab.issue(namesake, namesake, ca=True)
    leaf = lab.issue(root, lab.Holder(lab.name("leaf")))
    assert chain.is_signed_by(leaf.der, namesake.der)  # whatever it is called
    assert chain.has_issued(root.der, leaf.der)
    assert not chain.has_issued(namesake.der, leaf.der)
    for untrusted in ([], [namesake.der]):
        with pytest.raises(RefusedChainError, match="is not known"):
            check_chain(leaf.der, untrusted, [namesake.der], lab.now)
    assert check_chain(leaf.der, [namesake.der], [root.der], lab.now) == (leaf.der, root.der)
    assert check_chain(leaf.der, [], [namesake.der, root.der], lab.now) == (leaf.der, root.der)


def test_the_same_name_with_another_key_has_not_issued(lab, root):
    impostor = lab.make_root("root")
    leaf = lab.issue(root, lab.Holder(lab.name("leaf")))
    assert not chain.has_issued(impostor.der, leaf.der)


@pytest.mark.parametrize("expired", ["root", "upper", "leaf"])
@pytest.mark.parametrize("early", [True, False])
def test_every_certificate_must_be_valid_at_the_time(lab, expired, early):
    def dates(name):
        if name != expired:
            return {}
        return (
            {"start": lab.now + timedelta(seconds=1)}
            if early
            else {"end": lab.now - timedelta(seconds=1)}
        )

    root = lab.make_root("root", **dates("root"))
    upper = lab.issue(root, lab.Holder(lab.name("upper")), ca=True, **dates("upper"))
    leaf = lab.issue(upper, lab.Holder(lab.name("leaf")), **dates("leaf"))
    word = "not valid before" if early else "expired on"
    with pytest.raises(RefusedChainError, match=f'CN={expired}" .*{word}|CN={expired}" {word}'):
        check_chain(leaf.der, [upper.der], [root.der], lab.now)


def test_the_leaf_alone_may_be_early_by_the_skew_that_is_allowed(lab):
    skew = timedelta(minutes=5)
    root = lab.make_root("root")
    early = lab.issue(root, lab.Holder(lab.name("leaf")), start=lab.now + skew)
    assert check_chain(early.der, [], [root.der], lab.now, skew=skew)
    with pytest.raises(RefusedChainError, match="not valid before"):
        check_chain(early.der, [], [root.der], lab.now - timedelta(seconds=1), skew=skew)
    upper = lab.issue(root, lab.Holder(lab.name("upper")), ca=True, start=lab.now + skew)
    leaf = lab.issue(upper, lab.Holder(lab.name("leaf")), start=lab.now + skew)
    with pytest.raises(RefusedChainError, match='CN=upper" is not valid before'):
        check_chain(leaf.der, [upper.der], [root.der], lab.now, skew=skew)
    over = lab.issue(root, lab.Holder(lab.name("leaf")), end=lab.now - timedelta(seconds=1))
    with pytest.raises(RefusedChainError, match="expired on"):
        check_chain(over.der, [], [root.der], lab.now, skew=skew)


def test_without_a_time_no_date_is_judged(lab):
    root = lab.make_root("root", end=lab.now - timedelta(days=1))
    leaf = lab.issue(root, lab.Holder(lab.name("leaf")), start=lab.now + timedelta(days=1))
    assert check_chain(leaf.der, [], [root.der], None) == (leaf.der, root.der)
    with pytest.raises(RefusedChainError):
        check_chain(leaf.der, [], [lab.make_root("root").der], None)


def test_both_ends_of_the_validity_are_included(lab):
    root = lab.make_root("root", start=lab.now, end=lab.now)
    assert check_chain(root.der, [], [root.der], lab.now)


def test_an_issuer_must_be_a_ca(lab, root):
    plain = lab.issue(root, lab.Holder(lab.name("plain")), ca=False)
    bare = lab.issue(root, lab.Holder(lab.name("bare")), basic=False)
    for issuer in (plain, bare):
        leaf = lab.issue(issuer, lab.Holder(lab.name("leaf")))
        with pytest.raises(RefusedChainError, match="not a CA certificate"):
            check_chain(leaf.der, [issuer.der], [root.der], lab.now)
        with pytest.raises(RefusedChainError, match="not a CA certificate"):
            check_chain(leaf.der, [], [issuer.der], lab.now)


def test_key_usage_must_allow_signing_when_present(lab, root):
    for usage, good in ((("key_cert_sign",), True), (("digital_signature", "crl_sign"), False)):
        ca = lab.issue(root, lab.Holder(lab.name("ca")), ca=True, usage=usage)
        leaf = lab.issue(ca, lab.Holder(lab.name("leaf")))
        if good:
            assert check_chain(leaf.der, [ca.der], [root.der], lab.now)
        else:
            with pytest.raises(RefusedChainError, match="keyUsage"):
                check_chain(leaf.der, [ca.der], [root.der], lab.now)


def test_path_length_counts_the_cas_between(lab):
    for allowed, good in ((0, False), (1, True)):
        root = lab.make_root("root", path_length=allowed)
        middle = lab.issue(root, lab.Holder(lab.name("middle")), ca=True)
        leaf = lab.issue(middle, lab.Holder(lab.name("leaf")))
        if good:
            assert check_chain(leaf.der, [middle.der], [root.der], lab.now)
        else:
            with pytest.raises(RefusedChainError, match="allows 0 CA certificates"):
                check_chain(leaf.der, [middle.der], [root.der], lab.now)
        assert check_chain(middle.der, [], [root.der], lab.now)  # the last one never counts


def test_a_self_issued_certificate_does_not_count_for_path_length(lab):
    """RFC 5280, 4.2.1.9: key rollover of a CA with path length 0."""
    root = lab.make_root("root", path_length=0)
    renewed = lab.Holder(root.subject)
    lab.issue(root, renewed, ca=True, path_length=0)
    leaf = lab.issue(renewed, lab.Holder(lab.name("leaf")))
    assert len(check_chain(leaf.der, [renewed.der], [root.der], lab.now)) == 3


def test_seven_certificates_are_a_path_and_eight_are_not(lab, root):
    line = [root]
    for number in range(7):
        line.append(lab.issue(line[-1], lab.Holder(lab.name(f"ca{number}")), ca=True))
    rest = ders(*line[1:])
    assert len(check_chain(line[6].der, rest, [root.der], lab.now)) == 7
    with pytest.raises(RefusedChainError, match="more than 7"):
        check_chain(line[7].der, rest, [root.der], lab.now)
    with pytest.raises(RefusedChainError, match="more than 3"):
        check_chain(line[3].der, rest, [root.der], lab.now, depth=3)
    assert check_chain(line[2].der, rest, [root.der], lab.now, depth=3)


def test_an_unknown_critical_extension_is_refused_and_an_uncritical_one_not(lab, root):
    private = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    harmless = lab.issue(root, lab.Holder(lab.name("a")), extensions=((private, False),))
    assert check_chain(harmless.der, [], [root.der], lab.now)
    critical = lab.issue(root, lab.Holder(lab.name("a")), extensions=((private, True),))
    with pytest.raises(RefusedChainError, match="critical extension"):
        check_chain(critical.der, [], [root.der], lab.now)


def test_names_match_whatever_their_encoding(lab):
    """strongSwan writes PrintableString where others write UTF8String."""

    def named(kind, text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text, kind)])

    ca = lab.Holder(named(_ASN1Type.UTF8String, "Lab CA"))
    lab.issue(ca, ca, ca=True)
    other = named(_ASN1Type.PrintableString, "lab  ca")
    leaf = lab.issue(ca, lab.Holder(lab.name("leaf")), issuer_name=other)
    assert check_chain(leaf.der, [], [ca.der], lab.now)


def test_short_keys_are_refused(lab, root, openssl):
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    short = load_pem_private_key(openssl("genrsa", "1000"), None)
    leaf = lab.issue(root, lab.Holder(lab.name("short"), short))
    with pytest.raises(RefusedChainError, match="1000 bits"):
        check_chain(leaf.der, [], [root.der], lab.now)
    enough = lab.issue(root, lab.Holder(lab.name("enough"), rsa.generate_private_key(65537, 1024)))
    assert check_chain(enough.der, [], [root.der], lab.now)
    small = lab.issue(root, lab.Holder(lab.name("small"), ec.generate_private_key(ec.SECP192R1())))
    with pytest.raises(RefusedChainError, match="192 bits"):
        check_chain(small.der, [], [root.der], lab.now)


def self_signed(openssl, tmp_path, *options):
    """Return a CA and a leaf made by openssl, both DER, the leaf signed with *options*."""
    key, ca, request = (tmp_path / name for name in ("ca.key", "ca.pem", "leaf.csr"))
    openssl("genrsa", "-out", str(key), "2048")
    openssl(
        "req",
        "-x509",
        "-new",
        "-key",
        str(key),
        "-subj",
        "/CN=old",
        "-days",
        "10",
        "-out",
        str(ca),
        *options,
    )
    openssl("req", "-new", "-key", str(key), "-subj", "/CN=leaf", "-out", str(request))
    leaf = openssl(
        "x509", "-req", "-in", str(request), "-CA", str(ca), "-CAkey", str(key), "-days", "5",
        "-set_serial", "7", "-outform", "DER", *options,
    )  # fmt: skip
    return formats.read_certificates(ca.read_bytes(), "pem")[0], leaf


def test_md5_is_refused_and_sha1_still_accepted(openssl, tmp_path):
    for digest, good in (("-sha1", True), ("-md5", False)):
        ca, leaf = self_signed(openssl, tmp_path, digest)
        at = certificates.facts(leaf).not_before
        assert check_chain(ca, [], [ca], at)  # a trust anchor's own signature is not looked at
        assert chain.is_self_signed(ca) and not chain.is_self_signed(leaf)
        if good:
            assert check_chain(leaf, [], [ca], at)
        else:
            with pytest.raises(RefusedChainError, match="MD5 digest is too weak"):
                check_chain(leaf, [], [ca], at)


def test_rsassa_pss_is_verified(openssl, tmp_path):
    ca, leaf = self_signed(openssl, tmp_path, "-sigopt", "rsa_padding_mode:pss")
    at = certificates.facts(leaf).not_before
    assert check_chain(leaf, [], [ca], at)
    damaged = leaf[:-1] + bytes((leaf[-1] ^ 1,))
    with pytest.raises(RefusedChainError, match="not signed"):
        check_chain(damaged, [], [ca], at)


def test_a_changed_certificate_is_not_signed_by_its_issuer(lab, root):
    leaf = lab.issue(root, lab.Holder(lab.name("leaf")))
    for damaged in (leaf.der.replace(b"leaf", b"laef"), leaf.der[:-1] + bytes((leaf.der[-1] ^ 1,))):
        with pytest.raises(RefusedChainError, match="not signed"):
            check_chain(damaged, [], [root.der], lab.now)


def test_a_signature_with_unused_bits_is_refused(lab, root):
    """DER leaves one coding of a certificate; its fingerprint must not have a twin."""
    leaf = lab.issue(root, lab.Holder(lab.name("leaf")))
    asn1 = chain.signatures.asn1
    parts = list(asn1.elements(asn1.read(leaf.der).content))
    twin = asn1.encode(
        0x30, *(part.whole for part in parts[:2]), asn1.encode(0x03, b"\x01" + parts[2].content[1:])
    )
    with pytest.raises((RefusedChainError, InvalidInputError)):
        check_chain(twin, [], [root.der], lab.now)
    with pytest.raises(InvalidInputError):
        chain.signatures.signed_parts(twin)


def test_two_signature_algorithms_in_one_certificate_are_refused(lab):
    """RFC 5280, 4.1.1.2: the outer algorithm is not signed, so it must equal the inner one."""
    key = rsa.generate_private_key(65537, 2048)
    ca = lab.Holder(lab.name("ca"), key)
    lab.issue(ca, ca, ca=True)
    leaf = lab.issue(ca, lab.Holder(lab.name("leaf")))
    tbs = x509.load_der_x509_certificate(leaf.der).tbs_certificate_bytes
    signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA384())
    asn1 = chain.signatures.asn1
    forged = asn1.encode(
        0x30,
        tbs,
        chain.signatures.algorithm(key, "sha384"),
        asn1.encode(0x03, b"\x00" + signature),
    )
    with pytest.raises(RefusedChainError):
        check_chain(forged, [], [ca.der], lab.now)


def test_certificates_that_cannot_be_read_are_ignored_unless_needed(tower, lab):
    root, upper, lower, leaf = tower
    junk = [b"", b"junk", leaf.der[:-3]]
    assert check_chain(leaf.der, [*junk, upper.der, lower.der], [root.der], lab.now)
    with pytest.raises(InvalidInputError):
        check_chain(b"junk", [], [root.der], lab.now)


def test_a_loop_of_cas_ends(lab, root):
    a, b = lab.Holder(lab.name("a")), lab.Holder(lab.name("b"))
    lab.issue(b, a, ca=True)
    lab.issue(a, b, ca=True)
    leaf = lab.issue(a, lab.Holder(lab.name("leaf")))
    with pytest.raises(RefusedChainError, match="does not lead to a trusted CA"):
        check_chain(leaf.der, ders(a, b), [root.der], lab.now)


def test_ten_thousand_certificates_cost_no_more_than_sixty_four(lab, root):
    """All of one name and each with the leaf's issuer's key: the worst order for a search."""
    ca = lab.Holder(lab.name("ca"))
    many = [lab.issue(ca, lab.Holder(ca.subject, ca.key), ca=True).der for _ in range(80)]
    leaf = lab.issue(ca, lab.Holder(lab.name("leaf")))
    started = time.process_time()
    with pytest.raises(RefusedChainError):
        check_chain(leaf.der, many * 125, [root.der], lab.now)
    assert time.process_time() - started < 2


def test_the_cut_is_behind_sixty_four(tower, lab):
    root, upper, lower, leaf = tower
    filler = [root.der] * 62
    assert check_chain(leaf.der, [*filler, upper.der, lower.der], [root.der], lab.now)
    with pytest.raises(RefusedChainError):
        check_chain(leaf.der, [*filler, root.der, upper.der, lower.der], [root.der], lab.now)


def test_policies_do_not_stand_in_the_way(lab, root):
    policies = x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)]
    )
    leaf = lab.issue(root, lab.Holder(lab.name("leaf")), extensions=((policies, True),))
    assert check_chain(leaf.der, [], [root.der], lab.now)
