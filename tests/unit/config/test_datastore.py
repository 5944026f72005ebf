"""Candidates, locks and commit, against cli.md sections 1.2, 1.3 and 2."""

import threading

import pytest

from srpki.config.datastore import Datastore
from srpki.config.edit import Edit
from srpki.config.errors import (
    ConflictError,
    InvalidConfigurationError,
    LockedError,
    ReadOnlyError,
)
from srpki.config.tree import EMPTY, Branch, get
from srpki.core.errors import InvalidNameError, RefusedError
from srpki.schema.paths import path
from srpki.schema.tree import SCHEMA

NAME = path("system", "name")


class Participant:
    def __init__(self, log, name, *, refuses=False):
        self.log, self.name, self.refuses = log, name, refuses

    def prepare(self, old, new):
        self.log.append(f"{self.name} prepare")
        if self.refuses:
            raise RefusedError("not now")

    def apply(self, old, new):
        self.log.append(f"{self.name} apply {get(old, NAME)} {get(new, NAME)}")

    def abort(self):
        self.log.append(f"{self.name} abort")


# --- one candidate --------------------------------------------------------------------------------


def test_nothing_is_in_use_before_the_commit(store):
    candidate = store.open("private", "admin")
    candidate.set(NAME, "pe1")
    assert candidate.dirty
    assert store.running == EMPTY
    candidate.commit()
    assert not candidate.dirty
    assert get(store.running, NAME) == "pe1"


def test_setting_the_same_value_again_does_not_make_it_dirty(store, pki):
    store.edit([Edit("set", NAME, "pe1"), Edit("create", pki("ca-profile lab"))])
    candidate = store.open("global", "admin")
    candidate.set(NAME, "pe1")
    candidate.create(pki("ca-profile lab"))
    candidate.delete(pki("est-profile absent"))
    assert not candidate.dirty
    candidate.set(NAME, "pe2")
    assert candidate.dirty
    candidate.set(NAME, "pe1")
    assert not candidate.dirty


def test_discard_undoes_all_or_what_is_named(store, pki):
    candidate = store.open("private", "admin")
    candidate.set(NAME, "pe1")
    candidate.create(pki("ca-profile lab"))
    candidate.discard(NAME)
    assert get(candidate.tree, NAME) is None
    assert get(candidate.tree, pki("ca-profile lab")) == EMPTY
    candidate.discard()
    assert candidate.tree == EMPTY
    assert not candidate.dirty


def test_changes_are_told_leaf_by_leaf_in_schema_order(store, pki):
    store.edit([Edit("set", pki("ca-profile lab description"), "old")])
    candidate = store.open("private", "admin")
    candidate.set(NAME, "pe1")
    candidate.set(pki("ca-profile lab description"), "new")
    candidate.set(pki("est-profile e server port"), 8443)
    assert [(change.path, change.old, change.new) for change in candidate.changes()] == [
        (NAME, None, "pe1"),
        (pki("ca-profile lab description"), "old", "new"),
        (pki("est-profile e"), None, Branch({"server": Branch({"port": 8443})})),
    ]


def test_an_invalid_configuration_is_not_committed_and_not_lost(store, pki):
    candidate = store.open("private", "admin")
    candidate.set(pki("certificate-auto-update c profile"), "p")
    assert [problem.kind for problem in candidate.validate()] == ["missing-reference"]
    with pytest.raises(InvalidConfigurationError) as refusal:
        candidate.commit()
    assert refusal.value.problems == candidate.validate()
    assert store.running == EMPTY
    candidate.create(pki("certificate-update-profile p"))
    candidate.commit()
    assert candidate.validate() == ()


def test_an_entry_that_is_referred_to_cannot_be_deleted(store, pki):
    store.edit(
        [
            Edit("create", pki("certificate-update-profile p")),
            Edit("set", pki("certificate-auto-update c profile"), "p"),
        ]
    )
    candidate = store.open("private", "admin")
    candidate.delete(pki("certificate-update-profile p"))
    with pytest.raises(InvalidConfigurationError, match="Entry does not exist"):
        candidate.commit()


def test_what_the_schema_does_not_have_cannot_be_edited(store):
    candidate = store.open("private", "admin")
    with pytest.raises(InvalidNameError):
        candidate.set(path("system", "nothing"), "x")
    assert not candidate.dirty


# --- several sessions -----------------------------------------------------------------------------


def test_global_sessions_share_one_candidate_which_outlives_them(store):
    first, second = store.open("global", "a"), store.open("global", "b")
    reader = store.open("read-only", "c")
    first.set(NAME, "pe1")
    assert get(second.tree, NAME) == get(reader.tree, NAME) == "pe1"
    assert second.dirty
    assert [(other.mode, other.owner) for other in second.others] == [
        ("global", "a"),
        ("read-only", "c"),
    ]
    first.close()
    second.close()
    assert store.open("global", "d").dirty
    assert reader.dirty


def test_private_sessions_have_their_own(store):
    first, second = store.open("private", "a"), store.open("private", "b")
    first.set(NAME, "pe1")
    assert not second.dirty
    first.close()
    first.close()
    assert not store.open("private", "a").dirty


def test_read_only_is_read_only(store):
    reader = store.open("read-only", "a")
    for attempt in (
        lambda: reader.set(NAME, "x"),
        lambda: reader.create(NAME),
        lambda: reader.delete(NAME),
        reader.discard,
        reader.update,
        reader.commit,
    ):
        with pytest.raises(ReadOnlyError, match="currently in read-only mode"):
            attempt()


def test_exclusive_is_refused_while_the_global_candidate_is_edited(store):
    other = store.open("global", "a")
    wanted = (
        "Exclusive datastore access unavailable - model-driven interface editing global candidate"
    )
    with pytest.raises(LockedError) as refusal:
        store.open("exclusive", "b")
    assert (refusal.value.sentence, refusal.value.access) == (wanted, "exclusive")
    other.set(NAME, "x")
    other.close()
    with pytest.raises(LockedError):
        store.open("exclusive", "b")
    last = store.open("global", "a")
    last.discard()
    last.close()
    assert store.open("exclusive", "b")


def test_exclusive_locks_everybody_else_out_until_it_is_closed(store):
    private, exclusive = store.open("private", "a"), store.open("exclusive", "b")
    private.set(NAME, "theirs")
    wanted = "Global datastore access unavailable - the MD-CLI has exclusive lock on configuration"
    for attempt in (
        lambda: store.open("global", "c"),
        private.commit,
        lambda: store.edit([Edit("set", NAME, "classic")]),
    ):
        with pytest.raises(LockedError) as refusal:
            attempt()
        assert (refusal.value.sentence, refusal.value.access) == (wanted, "global")
    with pytest.raises(LockedError, match="Exclusive datastore access unavailable"):
        store.open("exclusive", "c")
    exclusive.set(NAME, "mine")
    exclusive.close()
    assert not store.open("global", "c").dirty
    private.commit()
    assert get(store.running, NAME) == "theirs"


def test_the_commit_of_another_makes_a_candidate_outdated(store, pki):
    candidate, other = store.open("private", "a"), store.open("private", "b")
    other.set(NAME, "pe1")
    other.commit()
    assert candidate.outdated
    assert not other.outdated
    candidate.create(pki("ca-profile lab"))
    candidate.commit()
    assert not candidate.outdated
    assert get(store.running, NAME) == "pe1"
    assert get(store.running, pki("ca-profile lab")) == EMPTY


def test_a_clean_global_candidate_follows_what_is_in_use(store):
    shared = store.open("global", "a")
    store.edit([Edit("set", NAME, "pe1")])
    assert not shared.outdated
    assert get(shared.tree, NAME) == "pe1"
    shared.set(NAME, "pe2")
    store.edit([Edit("set", NAME, "pe3")])
    assert shared.outdated
    assert get(shared.tree, NAME) == "pe2"


# --- conflicts ------------------------------------------------------------------------------------


def contest(store, base, mine, theirs):
    """Return my candidate, edited, after another has committed *theirs* on the same *base*."""
    store.edit(base)
    candidate, other = store.open("private", "a"), store.open("private", "b")
    for target, edits in ((candidate, mine), (other, theirs)):
        for edit in edits:
            if edit.kind == "set":
                target.set(edit.path, edit.value)
            else:
                getattr(target, edit.kind)(edit.path)
    other.commit()
    return candidate


def conflicting(candidate):
    with pytest.raises(ConflictError) as refusal:
        candidate.commit()
    assert refusal.value.sentence == "Commit canceled - conflicts detected - use update"
    return [conflict.change.path for conflict in refusal.value.conflicts]


def test_different_values_of_one_leaf_conflict_and_an_update_settles_it(store):
    candidate = contest(store, [], [Edit("set", NAME, "mine")], [Edit("set", NAME, "theirs")])
    assert conflicting(candidate) == [NAME]
    (settled,) = candidate.update()
    assert (settled.change.new, settled.theirs) == ("mine", "theirs")
    assert not candidate.outdated
    assert get(candidate.baseline, NAME) == "theirs"
    candidate.commit()
    assert get(store.running, NAME) == "mine"


def test_the_same_change_made_twice_is_no_conflict(store):
    candidate = contest(store, [], [Edit("set", NAME, "same")], [Edit("set", NAME, "same")])
    candidate.commit()
    assert get(store.running, NAME) == "same"


def test_different_leafs_of_one_new_entry_are_merged(store, pki):
    candidate = contest(
        store,
        [],
        [Edit("set", pki("ca-profile lab cert-file"), "a")],
        [Edit("set", pki("ca-profile lab crl-file"), "b")],
    )
    candidate.commit()
    assert get(store.running, pki("ca-profile lab")) == Branch({"cert-file": "a", "crl-file": "b"})


def test_different_values_in_one_new_entry_conflict(store, pki):
    candidate = contest(
        store,
        [],
        [Edit("set", pki("ca-profile lab cmpv2 http response-timeout"), 1)],
        [Edit("set", pki("ca-profile lab cmpv2 http response-timeout"), 2)],
    )
    assert conflicting(candidate) == [pki("ca-profile lab")]


def test_editing_an_entry_that_another_has_deleted_conflicts(store, pki):
    candidate = contest(
        store,
        [Edit("create", pki("ca-profile lab"))],
        [Edit("set", pki("ca-profile lab cmpv2 http response-timeout"), 1)],
        [Edit("delete", pki("ca-profile lab"))],
    )
    assert conflicting(candidate) == [pki("ca-profile lab cmpv2 http response-timeout")]


def test_deleting_an_entry_that_another_has_edited_conflicts(store, pki):
    candidate = contest(
        store,
        [Edit("create", pki("ca-profile lab"))],
        [Edit("delete", pki("ca-profile lab"))],
        [Edit("set", pki("ca-profile lab description"), "x")],
    )
    assert conflicting(candidate) == [pki("ca-profile lab")]
    candidate.update()
    candidate.commit()
    assert store.running == EMPTY


def test_choosing_different_cases_conflicts(store, pki):
    profile = "certificate-update-profile p"
    candidate = contest(
        store,
        [Edit("create", pki(profile))],
        [Edit("create", pki(f"{profile} rsa"))],
        [Edit("create", pki(f"{profile} ecdsa"))],
    )
    assert conflicting(candidate) == [pki(f"{profile} rsa")]
    candidate.update()
    assert get(candidate.tree, pki(profile)) == Branch({"rsa": EMPTY})


# --- classic edits and participants ---------------------------------------------------------------


def test_a_classic_edit_is_in_use_at_once_or_not_at_all(store, pki):
    store.edit([Edit("set", NAME, "pe1")])
    with pytest.raises(InvalidConfigurationError):
        store.edit(
            [Edit("set", NAME, "pe2"), Edit("set", pki("certificate-auto-update c profile"), "p")]
        )
    assert get(store.running, NAME) == "pe1"


def test_a_classic_edit_is_not_blamed_for_what_was_wrong_before(sealer, pki):
    wrong = Edit("set", pki("certificate-auto-update c profile"), "p").apply(
        SCHEMA.configure, EMPTY
    )
    store = Datastore(SCHEMA.configure, sealer=sealer, running=wrong)
    store.edit([Edit("set", NAME, "pe1")])
    assert get(store.running, NAME) == "pe1"


def test_a_commit_has_two_phases(store):
    log = []
    store.subscribe(Participant(log, "one"))
    store.subscribe(Participant(log, "two"))
    store.edit([Edit("set", NAME, "pe1")])
    assert log == ["one prepare", "two prepare", "one apply None pe1", "two apply None pe1"]
    store.edit([Edit("set", NAME, "pe1")])
    assert len(log) == 4


def test_a_participant_may_refuse_before_anything_changes(store):
    log = []
    store.subscribe(Participant(log, "one"))
    store.subscribe(Participant(log, "two", refuses=True))
    store.subscribe(Participant(log, "three"))
    candidate = store.open("private", "admin")
    candidate.set(NAME, "pe1")
    with pytest.raises(RefusedError, match="not now"):
        candidate.commit()
    assert log == ["one prepare", "two prepare", "one abort", "two abort"]
    assert store.running == EMPTY
    assert candidate.dirty


# --- secrets --------------------------------------------------------------------------------------


def test_secrets_are_sealed_on_the_way_in(store, sealer, pki):
    where = pki("est-profile e http-authentication password")
    candidate = store.open("private", "admin")
    candidate.set(where, "swordfish")
    assert get(candidate.tree, where) == "TOKEN1 hash2"
    candidate.set(where, "TOKEN1 hash2")
    assert sealer.sealed == ["swordfish"]
    store.edit([Edit("set", where, "another")])
    assert get(store.running, where) == "TOKEN2 hash2"
    candidate.set(pki("est-profile e http-authentication username"), "plain")
    assert "plain" not in sealer.sealed


def test_a_plain_secret_in_a_loaded_configuration_is_sealed(sealer, pki):
    where = pki("ca-profile lab cmpv2 key-list key 7 password")
    loaded = Edit("set", where, "swordfish").apply(SCHEMA.configure, EMPTY)
    store = Datastore(SCHEMA.configure, sealer=sealer, running=loaded)
    assert get(store.running, where) == "TOKEN1 hash2"


# --- threads --------------------------------------------------------------------------------------


def test_sessions_of_many_threads_lose_no_commit(store, pki):
    failures = []

    def work(number):
        try:
            for turn in range(20):
                candidate = store.open("private", str(number))
                candidate.create(pki(f"certificate-update-profile p{number}-{turn}"))
                candidate.commit()
                candidate.close()
                assert (
                    get(store.running, pki(f"certificate-update-profile p{number}-{turn}"))
                    is not None
                )
        except BaseException as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(get(store.running, pki("certificate-update-profile"))) == 80
    assert store.candidates == ()
