"""Certificates of a CA that changes its key are told apart [RFC 4210, section 4.4]."""

import itertools

import pytest

from srpki.x509 import rollover


@pytest.fixture
def ca(lab):
    """The four certificates of a CA in a change of key, by (new key, signed by the new key)."""
    name = lab.name("root")
    old, new = lab.Holder(name), lab.Holder(name)
    dates = {False: (lab.now - 900 * lab.day, lab.now + 90 * lab.day)}
    dates[True] = (lab.now - lab.day, lab.now + 2000 * lab.day)
    made = {}
    for (is_new, key), (by_new, signer) in itertools.product(((False, old), (True, new)), repeat=2):
        both = dates[is_new], dates[by_new]
        start, end = max(d[0] for d in both), min(d[1] for d in both)
        holder = lab.Holder(name, key.key)
        dated = lab.issue(signer, holder, ca=True, start=start, end=end, identifiers=True)
        made[is_new, by_new] = dated.der
    return made


@pytest.mark.parametrize("order", range(24))
def test_each_of_the_four_is_known_in_any_order(ca, order):
    permutation = list(itertools.permutations(ca))[order]
    (change,) = rollover.find([ca[role] for role in permutation])
    assert change.subject == "O=Lab, CN=root"
    assert [(one.position, (one.new, one.by_new)) for one in change.links] == list(
        enumerate(permutation)
    )


def test_openssl_agrees_on_who_leads_where(ca, openssl, tmp_path):
    """The links lead from either trust anchor to the other key, as the words say."""
    for role, der in ca.items():
        (tmp_path / f"{role}.pem").write_bytes(openssl("x509", "-inform", "DER", octets=der))

    def verified(anchor, link):
        words = ("-no_check_time", "-CAfile", str(tmp_path / f"{anchor}.pem"))
        return openssl("verify", *words, str(tmp_path / f"{link}.pem"))

    (change,) = rollover.find(list(ca.values()))
    roles = {(one.new, one.by_new): list(ca)[one.position] for one in change.links}
    assert verified(roles[False, False], roles[True, False]).endswith(b": OK\n")
    assert verified(roles[True, True], roles[False, True]).endswith(b": OK\n")


def test_without_its_own_certificate_the_new_key_is_known_by_the_link(ca):
    (change,) = rollover.find([ca[False, False], ca[True, False]])
    assert [(one.new, one.by_new) for one in change.links] == [(False, False), (True, False)]
    assert change.link(new=True, by_new=True) is None


def test_a_stranger_under_the_same_name_is_no_link(ca, lab):
    stranger = lab.Holder(lab.name("root"))
    forged = lab.issue(lab.Holder(stranger.subject), stranger, ca=True, start=lab.now - lab.day)
    (change,) = rollover.find([ca[False, False], forged.der])
    assert [one.position for one in change.links] == [0]


def test_cas_that_keep_their_keys_show_nothing(lab, root):
    below = lab.issue(root, lab.Holder(lab.name("issuing")), ca=True)
    again = lab.issue(root, lab.Holder(root.subject, root.key), ca=True)
    other = lab.make_root("other")
    assert rollover.find([]) == ()
    assert rollover.find([root.der, again.der, below.der, other.der, b"nonsense"]) == ()


def test_a_crowd_of_keys_is_not_looked_at(lab):
    assert rollover.find([lab.make_root("root").der for _ in range(rollover.MAX_KEYS + 1)]) == ()


@pytest.mark.parametrize(("count", "found"), [(8, True), (9, False)])
def test_eight_keys_of_one_name_are_looked_at(lab, count, found):
    changes = rollover.find([lab.make_root("root").der for _ in range(count)])
    assert [len(change.links) for change in changes] == ([count] if found else [])


def test_of_one_key_eight_certificates_are_looked_at(lab):
    """The ninth, which begins last, would make its key the new one."""
    name = lab.name("root")
    old, new = lab.Holder(name), lab.Holder(name)
    given = [lab.issue(new, lab.Holder(name, new.key), ca=True, start=lab.now - lab.day / 2).der]
    for number in range(9):
        start = lab.now - lab.day if number < 8 else lab.now
        given.append(lab.issue(old, lab.Holder(name, old.key), ca=True, start=start).der)
    (change,) = rollover.find(given)
    assert [(one.position, one.new) for one in change.links] == [
        (0, True), *((number, False) for number in range(1, 9))
    ]  # fmt: skip
