"""The judge of profiles, over plain records: what is permitted, seen and changed."""

import pytest

from srpki.config.edit import Edit
from srpki.config.tree import EMPTY, Branch, Entries
from srpki.core.errors import NotAuthorizedError
from srpki.management.access.profiles import PROFILES, profiles
from srpki.management.access.rights import ADMINISTRATOR, Entry, Profile, Rights, rights_of
from srpki.schema.paths import Step, path
from srpki.schema.tree import SCHEMA

PKI = "configure system security pki"
CA = f"{PKI} ca-profile"


def profile(*entries, default="none", operations=()):
    """Return a profile of pairs of match and action, numbered as they come."""
    numbered = tuple(Entry(10 * at, match, action) for at, (match, action) in enumerate(entries, 1))
    return Profile(default, numbered, frozenset(operations))


def rights(*entries, default="none"):
    return rights_of((profile(*entries, default=default),))


def pki(**content):
    return Branch({"system": Branch({"security": Branch({"pki": Branch(content)})})})


def cas(**entries):
    return Entries({(name,): entry for name, entry in entries.items()})


def described(text):
    return Branch({"description": text})


# --- the order of entries and profiles ---


def test_the_first_entry_that_matches_ends_the_search():
    found = rights((f"{CA} a", "permit"), (CA, "deny"), (PKI, "permit"))
    assert found.permits(f"{CA} a description")
    assert not found.permits(f"{CA} b description")
    assert found.permits(f"{PKI} common-name-list x")


def test_entries_are_tried_by_number_not_by_place():
    entries = (Entry(20, CA, "deny"), Entry(10, f"{CA} a", "permit"))
    assert rights_of((Profile("none", entries),)).permits(f"{CA} a description")


def test_a_more_special_entry_after_a_general_one_is_never_reached():
    found = rights((CA, "deny"), (f"{CA} a", "permit"), default="permit-all")
    assert not found.permits(f"{CA} a description")


@pytest.mark.parametrize(
    ("defaults", "permitted"),
    [
        (("none", "permit-all"), True),
        (("deny-all", "permit-all"), False),
        (("permit-all", "deny-all"), True),
        (("none", "none"), False),
        ((), False),
    ],
)
def test_default_action_none_goes_on_to_the_next_profile(defaults, permitted):
    assert rights_of(tuple(map(Profile, defaults))).permits("admin save") is permitted


def test_an_entry_of_a_later_profile_is_reached_past_none():
    found = rights_of((profile(("show", "permit")), profile(("admin save", "permit"))))
    assert found.permits("show version")
    assert found.permits("admin save")
    assert not found.permits("admin reboot")


@pytest.mark.parametrize("entry", [("admin save", "none"), ("", "permit"), (" ", "permit")])
def test_an_entry_without_an_action_or_a_match_is_passed_over(entry):
    assert not rights(entry).permits("admin save")


# --- one form for both CLIs ---


@pytest.mark.parametrize(
    "match",
    [
        f"{CA} gw",
        f'{CA} "gw"',
        f"/{CA} ca-profile-name gw",
        "conf sys sec pki ca-prof gw",
        "configure   system security pki ca-profile gw",
    ],
)
def test_quotes_key_names_slashes_and_abbreviations_mean_the_same(match):
    found = rights((match, "deny"), default="permit-all")
    assert not found.permits(f"{CA} gw description")
    assert found.permits(f"{CA} gw2 description")


@pytest.mark.parametrize("match", [CA, f"{CA} *"])
def test_keys_left_out_stand_for_every_entry(match):
    found = rights((f"{match} description", "deny"), default="permit-all")
    assert not found.permits(f"{CA} a description")
    assert found.permits(f"{CA} a admin-state")


def test_words_are_compared_whole():
    found = rights(("configure system security pki ca-profile a", "deny"), default="permit-all")
    assert found.permits("configure system security pki ca-profile ab description")


@pytest.mark.parametrize(
    ("match", "command"),
    [
        ("admin certificate gen-keypair", "admin system security pki generate-keypair"),
        ("admin certificate", "admin system security pki generate-keypair"),
        ("admin system security pki generate-keypair", "admin certificate gen-keypair"),
        ("admin system security", "admin certificate import"),
        ("configure system security pki ca-profile a shutdown", f"{CA} a admin-state"),
        ("configure system security pki ca-profile a no shutdown", f"{CA} a admin-state"),
        ("file delete", "file remove"),
        ("file remove", "file delete"),
        (
            'configure log event-control "user" 2001',
            "configure log log-events user cli_user_login",
        ),
        ("configure log log-events user", 'configure log event-control "user" 2001'),
    ],
)
def test_an_entry_in_the_words_of_one_cli_covers_what_the_other_calls_otherwise(match, command):
    assert not rights((match, "deny"), default="permit-all").permits(command)
    assert rights((match, "permit")).permits(command)


def test_inputs_of_operations_are_words_too():
    found = rights(("show certificate ca-profile a", "deny"), default="permit-all")
    assert not found.permits("show certificate ca-profile a")
    assert found.permits("show certificate ca-profile b")
    key = "certificate-file-name"
    assert found.permits_operation("show.certificate.auto-update", {key: "a"})


def test_a_value_may_be_denied_alone():
    found = rights((f"{CA} a admin-state disable", "deny"), default="permit-all")
    place = path("system", "security", "pki", Step("ca-profile", ("a",)), "admin-state")
    found.check_edit(Edit("set", place, "enable"))
    with pytest.raises(NotAuthorizedError, match="'admin-state'"):
        found.check_edit(Edit("set", place, "disable"))


# --- what everybody has, and read-only ---


def test_commands_that_lead_about_are_denied_by_entries_alone():
    found = rights(("exit", "deny"), ("show", "permit"), default="deny-all")
    assert not found.permits("exit all")
    assert found.permits("logout")
    assert found.permits("info")
    assert not found.permits("commit")
    assert not found.permits("exec")


def test_read_only_lets_see_and_run_what_shows():
    found = rights(default="read-only-all")
    for command in ("show certificate ca-profile", "admin show configuration", "file list"):
        assert found.permits(command)
    for command in ("admin save", "admin reboot", "commit", "file copy", "configure system name"):
        assert not found.permits(command)
    assert found.reads(path("configure", "system"))
    assert found.reads_all
    assert not found.writes_all
    with pytest.raises(NotAuthorizedError):
        found.check_edit(Edit("set", path("system", "name"), "x"))


def test_the_administrator_is_asked_nothing():
    assert Rights.all() is ADMINISTRATOR
    assert ADMINISTRATOR.unlimited
    assert ADMINISTRATOR.permits("admin reboot")
    assert ADMINISTRATOR.permits_netconf("kill-session")
    tree = pki(**{"ca-profile": cas(a=EMPTY)})
    assert ADMINISTRATOR.visible("configure", tree) is tree


def test_operations_of_netconf_are_those_that_a_profile_permits():
    found = rights_of((profile(operations=("lock",)), profile(operations=("kill-session",))))
    assert found.permits_netconf("lock")
    assert found.permits_netconf("kill-session")
    assert not found.permits_netconf("edit-config")


def test_rights_are_made_once_from_the_same_profiles():
    assert rights(("show", "permit")) is rights(("show", "permit"))


# --- trees ---


def test_what_is_denied_is_not_seen_and_what_holds_it_is():
    found = rights((f"{CA} a", "deny"), (f"{CA} description", "deny"), default="permit-all")
    one = Branch({"description": "secret", "revocation-check": "crl"})
    tree = pki(**{"ca-profile": cas(a=described("x"), b=one)})
    seen = pki(**{"ca-profile": cas(b=Branch({"revocation-check": "crl"}))})
    assert found.visible("configure", tree) == seen


def test_the_comment_of_what_is_denied_is_not_seen():
    found = rights((f"{CA} description", "deny"), default="permit-all")
    one = Branch({"description": "x", "@description": "of it", "@": "of the entry"})
    seen = found.visible("configure", pki(**{"ca-profile": cas(a=one)}))
    assert seen == pki(**{"ca-profile": cas(a=Branch({"@": "of the entry"}))})


def test_a_permitted_branch_is_seen_with_nothing_beside_it():
    found = rights((f"{CA} a", "read-only"))
    tree = pki(**{"ca-profile": cas(a=described("x"), b=described("y")), "other": Branch()})
    assert found.visible("configure", tree) == pki(**{"ca-profile": cas(a=described("x"))})
    assert found.visible("state", tree) == EMPTY
    assert found.reaches(path("configure", "system"))
    assert not found.reaches(path("configure", "log"))
    assert not found.reads_all


def test_a_tree_of_which_nothing_is_hidden_is_the_same():
    found = rights((f"{CA} a", "read-only"), default="permit-all")
    tree = pki(**{"ca-profile": cas(a=described("x"))})
    assert found.visible("configure", tree) is tree


@pytest.mark.parametrize("action", ["deny", "read-only"])
def test_no_change_reaches_what_may_not_be_changed_whatever_makes_it(action):
    found = rights((f"{CA} a", action), default="permit-all")
    tree = pki(**{"ca-profile": cas(a=described("x"), b=described("y"))})
    for other in (
        EMPTY,
        Branch({"system": EMPTY}),
        pki(**{"ca-profile": cas(b=described("y"))}),
        pki(**{"ca-profile": cas(a=described("z"), b=described("y"))}),
        pki(**{"ca-profile": cas(a=EMPTY, b=described("y"))}),
    ):
        for old, new in ((tree, other), (other, tree)):
            with pytest.raises(NotAuthorizedError, match="'load'"):
                found.check_change(old, new, "load")
    found.check_change(tree, pki(**{"ca-profile": cas(a=described("x"), c=EMPTY)}), "load")


def test_who_may_change_one_leaf_makes_no_entry_for_it():
    found = rights((f"{CA} description", "permit"))
    there, not_there = pki(**{"ca-profile": cas(a=EMPTY)}), EMPTY
    new = pki(**{"ca-profile": cas(a=described("x"))})
    found.check_change(there, new, "x")
    with pytest.raises(NotAuthorizedError):
        found.check_change(not_there, new, "x")


def test_an_edit_is_refused_by_what_it_names_whatever_is_there():
    found = rights((f"{CA} a", "deny"), default="permit-all")
    place = path("system", "security", "pki", Step("ca-profile", ("a",)))
    for edit in (
        Edit("delete", place),
        Edit("create", place),
        Edit("set", (*place, Step("description")), "x"),
        Edit("set", (*place, Step("@")), "comment"),
    ):
        with pytest.raises(NotAuthorizedError):
            found.check_edit(edit)
    found.check_edit(Edit("create", (*place[:-1], Step("ca-profile", ("b",)))))


# --- out of the configuration ---


def test_profiles_are_read_from_the_configuration():
    root, tree = SCHEMA.configure, EMPTY
    place = (*PROFILES[:-1], Step("profile", ("ops",)))
    entry = (*place, Step("entry", (20,)))
    for edit in (
        Edit("set", (*place, Step("default-action")), "read-only-all"),
        Edit("set", (*entry, Step("match")), CA),
        Edit("set", (*entry, Step("action")), "deny"),
        Edit("create", (*place, Step("entry", (30,)))),
        Edit("set", (*place, *path("netconf", "base-op-authorization", "lock")), True),
        Edit("set", (*place, *path("netconf", "base-op-authorization", "commit")), False),
    ):
        tree = edit.apply(root, tree)
    expected = Profile(
        "read-only-all", (Entry(20, CA, "deny"), Entry(30, "", "none")), frozenset(("lock",))
    )
    assert profiles(tree) == {"ops": expected}
    assert profiles(EMPTY) == {}


@pytest.mark.parametrize("branch", ["aaa", "user-params"])
def test_who_is_permitted_all_by_default_makes_himself_no_administrator(branch):
    place = path("system", "security", branch)
    by_default = rights(default="permit-all")
    assert by_default.reads(path("configure", *place))
    assert by_default.reads_all
    assert not by_default.writes_all
    with pytest.raises(NotAuthorizedError):
        by_default.check_edit(Edit("delete", place))
    by_entry = rights(("configure system security", "permit"), default="permit-all")
    by_entry.check_edit(Edit("delete", place))
    assert by_entry.unlimited
