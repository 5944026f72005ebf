"""What a commit refuses, in the words of cli.md section 2 (MGMT_CORE #224)."""

from srpki.config.edit import Edit
from srpki.config.tree import EMPTY
from srpki.config.validate import validate
from srpki.schema.tree import SCHEMA

ROOT = SCHEMA.configure


def problems(*edits):
    tree = EMPTY
    for where, value in edits:
        kind = "create" if value is None else "set"
        tree = Edit(kind, where, value if value is not None else "").apply(ROOT, tree)
    return [str(problem) for problem in validate(ROOT, tree)]


def test_an_empty_configuration_is_whole():
    assert problems() == []


def test_a_reference_needs_its_entry(pki):
    wrong = (pki("certificate-auto-update c.crt profile"), "weekly")
    assert problems(wrong) == [
        (
            'configure system security pki certificate-auto-update "c.crt" profile'
            " - Entry does not exist - "
            'configure system security pki certificate-update-profile "weekly"'
        )
    ]
    assert problems(wrong, (pki("certificate-update-profile weekly"), None)) == []


def test_a_reference_may_be_a_key_or_a_value_of_a_leaf_list(tls, at, pki):
    chain = at("ipsec cert-profile p entry 1 send-chain ca-profile")
    anchor = tls("trust-anchor-profile t trust-anchor lab")
    assert problems((chain, ("lab", "other")), (anchor, None)) == [
        (
            'configure ipsec cert-profile "p" entry 1 send-chain ca-profile'
            ' - Entry does not exist - configure system security pki ca-profile "lab"'
        ),
        (
            'configure ipsec cert-profile "p" entry 1 send-chain ca-profile'
            ' - Entry does not exist - configure system security pki ca-profile "other"'
        ),
        (
            'configure system security tls trust-anchor-profile "t" trust-anchor "lab" ca-profile-name'
            ' - Entry does not exist - configure system security pki ca-profile "lab"'
        ),
    ]
    existing = ((pki("ca-profile lab"), None), (pki("ca-profile other"), None))
    assert problems((chain, ("lab", "other")), (anchor, None), *existing) == []


def test_a_mandatory_leaf_of_an_entry_must_be_there(tls):
    entry = tls("client-cipher-list l cipher 3")
    assert problems((entry, None)) == [
        (
            'configure system security tls client-cipher-list "l" cipher 3 name'
            " - Missing mandatory fields"
        )
    ]


def test_a_list_and_a_leaf_list_have_a_maximum(tls, at, pki):
    known = [(pki(f"ca-profile a{number}"), None) for number in range(8)]
    profiles = [(tls(f"cert-profile p{number}"), None) for number in range(17)]
    assert problems(*profiles[:16]) == []
    assert problems(*profiles) == [
        "configure system security tls cert-profile - Maximum number of entries exceeded"
    ]
    chain = at("ipsec cert-profile p entry 1 send-chain ca-profile")
    names = tuple(f"a{number}" for number in range(8))
    assert problems(*known, (chain, names[:7])) == []
    assert problems(*known, (chain, names)) == [
        (
            'configure ipsec cert-profile "p" entry 1 send-chain ca-profile'
            " - Maximum number of entries exceeded"
        )
    ]


def test_every_problem_is_reported(pki):
    assert (
        len(
            problems(
                (pki("certificate-auto-update a profile"), "x"),
                (pki("certificate-auto-update b profile"), "x"),
                (pki("common-name-list l common-name 1"), None),
            )
        )
        == 4
    )
