"""Edits by path: what YANG says of choices, presence, leaf-lists and keys."""

import pytest

from srpki.config.edit import Edit, create, delete, restore, set_value
from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.core.errors import InvalidNameError
from srpki.schema.paths import Step, path
from srpki.schema.tree import SCHEMA

ROOT = SCHEMA.configure


def made(*edits, tree=EMPTY):
    for edit in edits:
        tree = edit.apply(ROOT, tree)
    return tree


def put(where, value):
    return Edit("set", where, value)


def test_setting_a_leaf_makes_the_entries_on_the_way(pki):
    tree = made(put(pki("ca-profile lab cmpv2 http response-timeout"), 5))
    assert get(tree, pki("ca-profile lab")) == Branch(
        {"cmpv2": Branch({"http": Branch({"response-timeout": 5})})}
    )


def test_setting_a_node_of_one_case_removes_the_other_cases(pki):
    profile = "certificate-update-profile p"
    tree = made(
        put(pki(f"{profile} rsa key-size"), 4096),
        put(pki(f"{profile} retry-interval"), 60),
        put(pki(f"{profile} ecdsa curve"), "secp384r1"),
    )
    assert get(tree, pki(profile)) == Branch(
        {"retry-interval": 60, "ecdsa": Branch({"curve": "secp384r1"})}
    )


def test_leafs_are_cases_too(pki):
    tree = made(
        put(pki("est-profile e server ipv4"), "192.0.2.1"),
        put(pki("est-profile e server port"), 8443),
        put(pki("est-profile e server fqdn"), "est.example"),
    )
    assert get(tree, pki("est-profile e server")) == Branch({"port": 8443, "fqdn": "est.example"})


def test_entering_a_container_that_is_a_case_chooses_it(pki):
    tree = made(
        put(pki("certificate-update-profile p same-as-existing-key"), True),
        Edit("create", pki("certificate-update-profile p rsa")),
    )
    assert get(tree, pki("certificate-update-profile p")) == Branch({"rsa": EMPTY})


def test_entering_a_plain_container_changes_nothing(pki):
    assert create(ROOT, EMPTY, pki("certificate-expiration-warning")) == EMPTY
    tree = create(ROOT, EMPTY, pki("ca-profile lab cmpv2"))
    assert get(tree, pki("ca-profile lab")) == EMPTY


def test_entering_a_presence_container_or_an_entry_creates_it(pki):
    tree = create(ROOT, EMPTY, pki("ca-profile lab auto-crl-update crl-urls url-entry 1"))
    update = get(tree, pki("ca-profile lab auto-crl-update"))
    assert update == Branch({"crl-urls": Branch({"url-entry": Entries({(1,): EMPTY})})})
    assert create(ROOT, tree, pki("ca-profile lab auto-crl-update")) is tree


def test_deleting_the_last_child_leaves_no_empty_container(pki):
    tree = made(put(pki("certificate-expiration-warning hours"), 6))
    assert delete(ROOT, tree, pki("certificate-expiration-warning hours")) == EMPTY


def test_deleting_the_last_child_keeps_entries_presence_and_chosen_cases(pki):
    where = pki("ca-profile lab auto-crl-update retry-interval")
    tree = delete(ROOT, made(put(where, 60)), where)
    assert get(tree, pki("ca-profile lab")) == Branch({"auto-crl-update": EMPTY})
    where = pki("certificate-update-profile p rsa key-size")
    tree = delete(ROOT, made(put(where, 1024)), where)
    assert get(tree, pki("certificate-update-profile p")) == Branch({"rsa": EMPTY})


def test_deleting_an_entry_a_list_or_everything(pki):
    tree = made(Edit("create", pki("ca-profile a")), Edit("create", pki("ca-profile b")))
    assert list(get(delete(ROOT, tree, pki("ca-profile a")), pki("ca-profile"))) == [("b",)]
    assert delete(ROOT, tree, pki("ca-profile")) == EMPTY
    assert delete(ROOT, tree, ()) == EMPTY
    assert delete(ROOT, tree, pki("ca-profile absent")) == tree


def test_a_leaf_list_gains_values_and_loses_those_named(at):
    where = at("ipsec cert-profile p entry 1 send-chain ca-profile")
    tree = made(put(where, ("a", "b")), put(where, ("b", "c")), put(where, "d"))
    assert get(tree, where) == ("a", "b", "c", "d")
    one = (*where[:-1], Step("ca-profile", ("b", "d")))
    tree = delete(ROOT, tree, one)
    assert get(tree, where) == ("a", "c")
    assert get(delete(ROOT, tree, where), where) is None
    rest = (*where[:-1], Step("ca-profile", ("a", "c")))
    assert get(delete(ROOT, tree, rest), at("ipsec cert-profile p entry 1")) == EMPTY


def test_restoring_takes_what_the_source_has_there(pki):
    old = made(put(pki("ca-profile lab description"), "old"))
    new = made(
        put(pki("ca-profile lab description"), "new"),
        put(pki("ca-profile lab crl-file"), "c"),
        tree=old,
    )
    tree = restore(ROOT, new, old, pki("ca-profile lab description"))
    assert get(tree, pki("ca-profile lab")) == Branch({"description": "old", "crl-file": "c"})
    tree = restore(ROOT, new, old, pki("ca-profile lab crl-file"))
    assert get(tree, pki("ca-profile lab")) == Branch({"description": "new"})
    assert restore(ROOT, new, old, ()) is old


@pytest.mark.parametrize(
    "where",
    [
        path("nothing"),
        path("system", "name", "deeper"),
        path("system", "security", "pki", Step("ca-profile", ("a", "b")), "description"),
    ],
)
def test_a_path_that_the_schema_does_not_have_is_refused(where):
    for action in (lambda: set_value(ROOT, EMPTY, where, "x"), lambda: create(ROOT, EMPTY, where)):
        with pytest.raises(InvalidNameError):
            action()


def test_only_leafs_other_than_keys_take_a_value(pki):
    for where in (pki("ca-profile lab cmpv2"), pki("ca-profile lab ca-profile-name")):
        with pytest.raises(InvalidNameError):
            set_value(ROOT, EMPTY, where, "x")
