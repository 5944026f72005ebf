"""Certificate policies along a path [RFC 5280, 6.1]: openssl judges, case by case and by chance."""

import random
import time

import pytest
from cryptography import x509

from srpki.x509 import chain, policies
from srpki.x509 import der as asn1
from srpki.x509.chain import RefusedChainError, check_chain

ANY = "2.5.29.32.0"
CHECK = ("-policy_check", "-policy", ANY)
"""The RFC's default inputs: of itself openssl takes no policy rather than any."""
A, B, C, D = (f"1.3.6.1.4.1.99999.2.{number}" for number in range(1, 5))


def certificate_policies(*wanted):
    return x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier(one), None) for one in wanted]
    )


def mappings(*pairs):
    """The library has no type for it."""
    octets = (
        asn1.encode(asn1.SEQUENCE, asn1.encode_oid(one), asn1.encode_oid(other))
        for one, other in pairs
    )
    value = asn1.encode(asn1.SEQUENCE, *octets)
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.33"), value)


def extensions_of(*, policies=(), maps=(), explicit=None, mapping=None, any_policy=None):
    made = []
    if policies:
        made.append((certificate_policies(*policies), False))
    if maps:
        made.append((mappings(*maps), True))
    if (explicit, mapping) != (None, None):
        made.append((x509.PolicyConstraints(explicit, mapping), True))
    if any_policy is not None:
        made.append((x509.InhibitAnyPolicy(any_policy), True))
    return tuple(made)


@pytest.fixture
def path(lab):
    """Returns a path (DER) from a root, which asks for nothing, down to a leaf."""

    def make(*said, names=()):
        holders = [lab.make_root(identifiers=True)]
        for number, one in enumerate(said):
            last = number == len(said) - 1
            name = names[number] if names else ("leaf" if last else f"CA {number}")
            holders.append(
                lab.issue(
                    holders[-1],
                    lab.Holder(lab.name(name)),
                    ca=not last,
                    identifiers=True,
                    extensions=extensions_of(**one),
                )
            )
        return [holder.der for holder in holders]

    return make


@pytest.fixture
def refusal(lab):
    def ask(made):
        try:
            check_chain(made[-1], made[1:-1], made[:1], lab.now)
        except RefusedChainError as error:
            return error.sentence
        return ""

    return ask


CASES = {
    "no policies, none required": ([{}, {}], True),
    "none required, and none in common": ([{"policies": [A]}, {"policies": [B]}], True),
    "required at once": ([{"policies": [A], "explicit": 0}, {"policies": [A]}], True),
    "required and absent": ([{"policies": [A], "explicit": 0}, {}], False),
    "required and another": ([{"policies": [A], "explicit": 0}, {"policies": [B]}], False),
    "required of a CA without": ([{"explicit": 0}, {"policies": [A]}], False),
    "required later": ([{"explicit": 2}, {}], True),
    "required by now": ([{"explicit": 1}, {}, {}], False),
    "required by the leaf of itself": ([{}, {"explicit": 0}], False),
    "required by the leaf, which has one": (
        [{"policies": [A]}, {"policies": [A], "explicit": 0}], True
    ),
    "any policy": ([{"policies": [ANY], "explicit": 0}, {"policies": [A]}], True),
    "any policy of the leaf": ([{"policies": [A], "explicit": 0}, {"policies": [ANY]}], True),
    "any policy inhibited": (
        [{"policies": [A], "explicit": 0, "any_policy": 0}, {"policies": [ANY]}], False
    ),
    "any policy inhibited later": (
        [{"policies": [A], "explicit": 0, "any_policy": 1}, {"policies": [ANY]}], True
    ),
    "mapped": (
        [{"policies": [A], "explicit": 0, "maps": [(A, B)]}, {"policies": [B]}], True
    ),
    "mapped away": (
        [{"policies": [A], "explicit": 0, "maps": [(A, B)]}, {"policies": [A]}], False
    ),
    "mapped from any policy": (
        [{"policies": [ANY], "explicit": 0, "maps": [(A, B)]}, {"policies": [B]}], True
    ),
    "mapped twice": (
        [
            {"policies": [A], "explicit": 0, "maps": [(A, B)]},
            {"policies": [B], "maps": [(B, C), (B, D)]},
            {"policies": [D]},
        ],
        True,
    ),
    "mapping inhibited": (
        [
            {"policies": [A], "explicit": 0, "mapping": 0},
            {"policies": [A], "maps": [(A, B)]},
            {"policies": [B]},
        ],
        False,
    ),
    "mapping inhibited later": (
        [
            {"policies": [A], "explicit": 0, "mapping": 1},
            {"policies": [A], "maps": [(A, B)]},
            {"policies": [B]},
        ],
        True,
    ),
    "mapped from any policy, which is not mapped": (
        [{"policies": [A], "explicit": 0, "maps": [(ANY, B)]}, {"policies": [A]}], False
    ),
    "mapped to any policy": (
        [{"policies": [A], "explicit": 0, "maps": [(A, ANY)]}, {"policies": [A]}], False
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_openssl_verify_agrees(path, refusal, openssl_verifies, case):
    said, good = CASES[case]
    made = path(*said)
    assert openssl_verifies(made, *CHECK) is good
    assert (refusal(made) == "") is good


def test_the_sentence_says_which_certificate_has_no_policy(path, refusal):
    made = path({"policies": [A], "explicit": 0}, {"policies": [B]}, {"policies": [B]})
    assert refusal(made) == ('"O=Lab, CN=CA 1" has none of the policies that are required of it')


def test_a_ca_that_renews_itself_is_not_counted(path, refusal, openssl_verifies):
    """[RFC 5280, 6.1.4 (h)]: numbers are not decremented; 6.1.3 (d)(2): anyPolicy counts in it."""
    names = ("CA", "CA", "leaf")
    for said, good in (
        ([{"explicit": 2}, {}, {}], True),
        ([{"explicit": 1}, {}, {}], False),
        ([{"policies": [A], "explicit": 0, "any_policy": 0}, {"policies": [ANY]},
          {"policies": [A]}], True),
        ([{"policies": [A], "explicit": 0, "any_policy": 0}, {"policies": [ANY]},
          {"policies": [ANY]}], False),
    ):  # fmt: skip
        made = path(*said, names=names)
        assert openssl_verifies(made, *CHECK) is good
        assert (refusal(made) == "") is good


def test_a_leaf_with_the_name_of_its_ca_is_not_exempt(path, refusal, openssl_verifies):
    """[RFC 5280, 6.1.3 (d)(2)]: anyPolicy counts in a self-issued certificate unless it is last."""
    said = {"policies": [A], "explicit": 0, "any_policy": 0}, {"policies": [ANY]}
    made = path(*said, names=("CA", "CA"))
    assert not openssl_verifies(made, *CHECK)
    assert "none of the policies" in refusal(made)


def test_policies_of_the_trust_anchor_do_not_count(lab, path, openssl_verifies):
    """[RFC 5280, 6.1.1 (d)]: the path begins below it; a CA in the middle may be the anchor."""
    made = path({"policies": [A], "explicit": 0}, {"policies": [B]})
    with pytest.raises(RefusedChainError, match="none of the policies"):
        check_chain(made[-1], made[1:-1], made[:1], lab.now)
    assert openssl_verifies(made[1:], *CHECK, "-partial_chain")
    assert check_chain(made[-1], [], [made[1]], lab.now)


def drawn(chance):
    """Return what one certificate of a chain says, drawn by *chance*."""
    listed = chance.sample([A, B, C, ANY], chance.choice([0, 1, 1, 2, 3]))
    pairs = {
        (chance.choice([A, B, C]), chance.choice([A, B, C, D]))
        for _ in range(chance.choice([0, 0, 0, 1, 2, 3]))
    }
    return {
        "policies": listed,
        "maps": sorted(pairs),
        "explicit": chance.choice([None, None, 0, 0, 1, 2]),
        "mapping": chance.choice([None, None, None, 0, 1]),
        "any_policy": chance.choice([None, None, None, 0, 1]),
    }


@pytest.mark.parametrize("seed", range(8))
def test_openssl_verify_agrees_by_chance(path, refusal, openssl_verifies, seed):
    chance = random.Random(seed)
    verdicts = set()
    for _ in range(15):
        said = [drawn(chance) for _ in range(chance.choice([2, 3, 4, 5]))]
        said[-1] |= {"maps": [], "mapping": None, "any_policy": None}
        names = chance.choice([(), ("CA",) * (len(said) - 1) + ("leaf",)])
        made = path(*said, names=names)
        good = openssl_verifies(made, *CHECK)
        assert (refusal(made) == "") is good, (said, names)
        verdicts.add(good)
    assert verdicts == {True, False}


# --- what cannot be read ---------------------------------------------------------------------------


def spoilt(dotted, value):
    return ((x509.UnrecognizedExtension(x509.ObjectIdentifier(dotted), value), False),)


@pytest.mark.parametrize(
    ("dotted", "value", "field"),
    [
        ("2.5.29.33", b"\x05\x00", "policyMappings cannot be read"),
        ("2.5.29.33", b"\x30\x05\x30\x03\x06\x01\x2a", "policyMappings cannot be read"),
        ("2.5.29.36", b"\x30\x03\x82\x01\x00", "policyConstraints cannot be read"),
        ("2.5.29.36", b"\x30\x03\x80\x01\xff", "policyConstraints cannot be read"),
        ("2.5.29.36", b"\x30\x06\x80\x01\x00\x80\x01\x01", "policyConstraints cannot be read"),
        ("2.5.29.54", b"\x02\x01\xff", "inhibitAnyPolicy cannot be read"),
        ("2.5.29.54", b"\x30\x00", "inhibitAnyPolicy cannot be read"),
        ("2.5.29.54", b"\x02\x00", "inhibitAnyPolicy cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(lab, root, dotted, value, field):
    ca = lab.issue(root, lab.Holder(lab.name("CA")), ca=True, extensions=spoilt(dotted, value))
    leaf = lab.issue(ca, lab.Holder(lab.name("leaf")))
    with pytest.raises(RefusedChainError, match=f'"O=Lab, CN=CA": its {field}'):
        check_chain(leaf.der, [ca.der], [root.der], lab.now)
    assert chain.unprocessed(ca.der) == (f"its {field}",)


def test_policies_that_cannot_be_read_count_for_none(lab, root):
    unreadable = spoilt("2.5.29.32", b"\x05\x00")
    leaf = lab.issue(root, lab.Holder(lab.name("leaf")), extensions=unreadable)
    assert check_chain(leaf.der, [], [root.der], lab.now)
    required = extensions_of(policies=[A], explicit=0)
    ca = lab.issue(root, lab.Holder(lab.name("CA")), ca=True, extensions=required)
    leaf = lab.issue(ca, lab.Holder(lab.name("leaf")), extensions=unreadable)
    with pytest.raises(RefusedChainError, match="its certificatePolicies cannot be read"):
        check_chain(leaf.der, [ca.der], [root.der], lab.now)


# --- work ------------------------------------------------------------------------------------------


def test_mappings_that_double_at_every_step_cost_no_more_than_they_are_long(path, refusal):
    """A tree would have 40 ** 5 leaves [RFC 9618, 2]."""
    many = [f"1.3.6.1.4.1.99999.3.{number}" for number in range(40)]
    every = [(one, other) for one in many for other in many]
    step = {"policies": many, "maps": every}
    made = path(*[step] * 5, {"policies": many, "explicit": 0})
    policies.read.cache_clear()
    started = time.process_time()
    assert refusal(made) == ""
    assert time.process_time() - started < 5
