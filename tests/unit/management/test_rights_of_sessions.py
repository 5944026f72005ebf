"""What a session may do by the room that every front end shares: no command line asks before it."""

import pytest

from srpki.config.edit import Edit
from srpki.config.tree import EMPTY, get
from srpki.core.errors import NotAuthorizedError
from srpki.frontend.node import opened
from srpki.management.access.rights import Entry, Profile, rights_of
from srpki.management.session import CallerSession
from srpki.schema.paths import Step, path

PKI = path("system", "security", "pki")
HIDDEN, OPEN = ((*PKI, Step("ca-profile", (name,)), Step("description")) for name in ("a", "b"))


def denied(match="configure system security pki ca-profile a", action="deny"):
    return rights_of((Profile("permit-all", (Entry(10, match, action),)),))


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("sessions") / "node", lab=False) as found:
        found.node.datastore.edit([Edit("set", HIDDEN, "x"), Edit("set", OPEN, "y")])
        yield found


@pytest.fixture
def user(router):
    session = CallerSession(router, "op", rights=denied())
    yield session
    session.close()


@pytest.fixture
def administrator(router):
    session = CallerSession(router, "admin")
    yield session
    session.close()


MOVE = {"source-url": "config.cfg", "destination-url": "x"}
SAME = Edit("set", HIDDEN, "x")
OTHER = Edit("set", HIDDEN, "z")


@pytest.mark.parametrize("edit", [SAME, OTHER, Edit("delete", HIDDEN), Edit("delete", PKI)])
@pytest.mark.parametrize("mode", ["private", "global", "exclusive"])
def test_no_edit_reaches_what_is_denied_not_even_one_that_changes_nothing(user, edit, mode):
    user.editing.open(mode)
    tree = user.editing.candidate.tree
    with pytest.raises(NotAuthorizedError):
        user.editing.edit(edit)
    assert user.editing.candidate.tree is tree
    user.editing.edit(Edit("set", OPEN, "y2"))
    user.editing.discard()


@pytest.mark.parametrize("edit", [SAME, OTHER, Edit("delete", HIDDEN), Edit("delete", PKI)])
def test_no_edit_at_once_does_either(user, router, edit):
    running = router.node.datastore.running
    with pytest.raises(NotAuthorizedError):
        user.editing.change_at_once([Edit("set", OPEN, "y2"), edit])
    assert router.node.datastore.running is running


def test_no_whole_configuration_does_either(user):
    user.editing.open("private")
    for make in (
        lambda: user.editing.replace(EMPTY, "load"),
        lambda: user.editing.change(_emptied, "load"),
    ):
        with pytest.raises(NotAuthorizedError):
            make()


def _emptied(tree):
    del tree
    return EMPTY


def test_a_candidate_that_is_open_obeys_rights_that_come_later(router):
    present = [denied("admin reboot")]
    session = CallerSession(router, "op", rights=lambda: present[0])
    session.editing.open("private")
    session.editing.edit(OTHER)
    present[0] = denied()
    session.begin()
    with pytest.raises(NotAuthorizedError):
        session.editing.edit(SAME)
    with pytest.raises(NotAuthorizedError):
        session.editing.commit()
    session.close()


def test_a_commit_of_what_others_have_edited_is_refused(user, administrator, router):
    administrator.editing.open("global")
    administrator.editing.edit(OTHER)
    user.editing.open("global")
    for refused in (user.editing.commit, user.editing.discard):
        with pytest.raises(NotAuthorizedError):
            refused()
    administrator.editing.discard()
    assert get(router.node.datastore.running, HIDDEN) == "x"


@pytest.mark.parametrize("operation", ["admin.show-configuration", "admin.display-config"])
def test_an_operation_shows_no_more_than_may_be_seen(user, operation):
    found = user.run(operation, {}, "NETCONF").data.configure.element
    assert get(found, HIDDEN) is None
    assert get(found, OPEN) == "y"


@pytest.mark.parametrize(
    ("match", "operation", "inputs"),
    [
        ("admin save", "admin.save", {}),
        ("configure system name", "admin.save", {"url": "cf3:\\x"}),
        ("configure system name", "file.show", {"url": "cf3:\\config.cfg"}),
        ("configure system name", "file.move", MOVE),
        ("configure system name", "rollback.view", {}),
        ("configure system name", "rollback.revert", {}),
        ("file", "file.list", {}),
    ],
)
def test_an_operation_that_is_not_permitted_does_not_run(router, match, operation, inputs):
    session = CallerSession(router, "op", rights=denied(match))
    result = session.run(operation, inputs, "NETCONF")
    assert isinstance(result.error, NotAuthorizedError)
    with pytest.raises(NotAuthorizedError):
        session.check(operation, inputs)
    session.close()


def test_what_may_only_be_read_is_not_reverted(router):
    only_read = denied("configure system name", action="read-only")
    session = CallerSession(router, "op", rights=only_read)
    assert not isinstance(session.run("rollback.view", {}, "CLI").error, NotAuthorizedError)
    assert isinstance(session.run("rollback.revert", {}, "CLI").error, NotAuthorizedError)
    session.close()


@pytest.mark.parametrize(
    ("operation", "inputs"),
    [
        ("file.copy", {"source-url": "cf3:\\mine", "destination-url": "cf3:\\config.cfg"}),
        ("file.move", {"source-url": "cf3:\\mine", "destination-url": "cf3:/config.cfg"}),
        ("file.move", {"source-url": "cf3:\\config.cfg", "destination-url": "cf3:\\x"}),
        ("file.remove", {"url": "config.cfg"}),
        ("file.remove", {"url": "cf3:\\con*.cfg"}),
    ],
)
def test_what_the_node_starts_with_is_changed_by_who_may_change_all(router, operation, inputs):
    router.node.save()
    everything_but_users = rights_of((Profile("permit-all"),))
    session = CallerSession(router, "op", rights=everything_but_users)
    for given in (inputs, {**inputs, "force": True}):
        assert isinstance(session.run(operation, given, "CLI").error, NotAuthorizedError)
    assert session.run("file.show", {"url": "cf3:\\config.cfg"}, "CLI").ok
    assert session.run("admin.save", {"url": "cf3:\\copy"}, "CLI").ok
    session.close()
