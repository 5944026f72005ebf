"""One denied branch, taken through every spelling: it is neither seen, offered, changed nor deleted.

Each spelling is first tried by an administrator, who must see or change the branch by it; so none
of them passes for want of an effect.
"""

import contextlib
import itertools
import re

import pytest
from counting import met
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.cli.session import Session
from srpki.config.edit import Edit
from srpki.config.tree import get
from srpki.core.errors import NotAuthorizedError, SrpkiError
from srpki.frontend.node import opened
from srpki.management.access.rights import Entry, Profile, rights_of
from srpki.schema.paths import Step, path

PKI = path("system", "security", "pki")
NAME, TEXT = "SECRET", "hidden-text"
ROLLBACK = path("system", "management-interface", "cli", "classic-cli", "rollback", "location")
PLACE = (*PKI, Step("ca-profile", (NAME,)))
WORDS = "system security pki ca-profile"
DENIED = {
    "the entry": f"configure {WORDS} {NAME}",
    "the list": f"configure {WORDS}",
    "the container": "configure system security pki",
    "the leaf": f"configure {WORDS} {NAME} description",
    "the leaf of every entry": f"configure {WORDS} description",
    "abbreviated": f"conf sys sec pki ca-prof {NAME}",
}
"""The branch, as profiles name it."""
REFUSED = ("MINOR: MGMT_CORE #2020: Permission denied - unauthorized use of '", "not allowed for")


def rights(match, default="permit-all", action="deny"):
    return rights_of((Profile(default, (Entry(10, match, action),)),))


class Typist:
    """Types lines in a session and keeps what is printed; every question is answered ``y``."""

    def __init__(self, router, **given):
        self.session = Session(router, user="op", **given)
        self.ok = True

    def type(self, *lines):
        """Return all that *lines* print."""
        printed = []
        for line in lines:
            answer = self.session.feed(line)
            while answer.question is not None:
                printed += [answer.text, answer.question]
                answer = self.session.feed("y")
            printed.append(answer.text)
            self.ok = self.ok and answer.ok
        return "\n".join(printed)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.session.close()


def save_twice(router):
    """Save what runs, which the version before it holds then, too."""
    for name in ("one", "two"):
        router.node.datastore.edit([Edit("set", path("system", "name"), name)])
        router.node.save()


def fill(router):
    """Make the branch, files that hold it, and files of commands that would show or change it."""
    datastore, files = router.node.datastore, router.node.files
    datastore.edit(
        [
            Edit("set", (*PLACE, Step("description")), TEXT),
            Edit("set", (*PKI, Step("ca-profile", ("OPEN",)), Step("description")), "open"),
        ]
    )
    save_twice(router)
    for name, text in FILES.items():
        files.write(f"cf3:\\{name}", f"{text}\n".encode())


FILES = {
    "show.txt": f"info /configure {WORDS} {NAME}",
    "show-classic.txt": "exit all\nconfigure system security pki\ninfo",
    "edit.txt": f"/configure {WORDS} {NAME} description changed",
    "merge.cfg": f'configure {{ {WORDS} "{NAME}" {{ description "changed" }} }}',
    "same.cfg": f'configure {{ {WORDS} "{NAME}" {{ description "{TEXT}" }} }}',
    "nothing.cfg": "configure {\n}",
    "other.cfg": f'configure {{ {WORDS} "OTHER" {{ description "other" }} }}',
}


def node(directory, mode):
    with opened(directory, lab=False, mode=mode) as router:
        fill(router)
        yield router


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    yield from node(tmp_path_factory.mktemp("md") / "node", "model-driven")


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    yield from node(tmp_path_factory.mktemp("mixed") / "node", "mixed")


def held(router):
    """What the branch holds, in use."""
    return get(router.node.datastore.running, PLACE)


# --- reading --------------------------------------------------------------------------------------

CONTEXT = f"{WORDS} {NAME}"
SEEN = {
    "info": ("info configure",),
    "info of the entry": (f"info configure {CONTEXT}",),
    "info of the leaf": (f"info configure {CONTEXT} description",),
    "info after a slash": (f"info /configure {CONTEXT}",),
    "info of everything": ("info /",),
    "abbreviated": (f"inf conf sys sec pki ca-prof {NAME}",),
    "quoted": (f'info configure {WORDS} "{NAME}"',),
    "several entries": (f"info configure {WORDS} *",),
    "flat": ("info flat configure",),
    "full context": ("info full-context configure",),
    "JSON": ("info json configure",),
    "XML": ("info xml configure",),
    "detail": ("info detail configure",),
    "running": ("info from running configure",),
    "startup": ("info from startup configure",),
    "intended": ("info from intended configure",),
    "a slash before the command": ("/info /configure",),
    "in the context": ("configure read-only", "system security pki", "info"),
    "in a context by braces": ("configure read-only", "system { security { pki {", "info"),
    "above it": ("configure read-only", "system", "info flat"),
    "free to go": ("edit-config read-only", "/configure system security", "info"),
    "candidate": ("edit-config private", "info from candidate configure"),
    "baseline": ("edit-config private", "info from baseline configure"),
    "an alias": (
        'environment command-alias alias "peek" admin-state enable',
        'environment command-alias alias "peek" cli-command "info /configure"',
        'environment command-alias alias "peek" mount-point global',
        "peek",
    ),
    "a file of commands": ("exec cf3:\\show.txt",),
    "recalled": ("info configure", "!info"),
    "a pipe": (f"info configure | match {TEXT}",),
    "a chain of pipes": ("info configure | match hidden | no-more",),
    "the saved form": ("admin show configuration",),
    "the saved form, flat": ("admin show configuration flat",),
    "the saved form in JSON": ("admin show configuration json",),
    "the saved form in XML": ("admin show configuration xml",),
    "an element of it": (f"admin show configuration /configure {CONTEXT}",),
    "compare": ("edit-config private", "compare url cf3:\\nothing.cfg running"),
    "compare flat": ("edit-config private", "compare url cf3:\\nothing.cfg candidate flat"),
    "compare the saved": ("edit-config private", "compare url cf3:\\nothing.cfg rollback 0"),
    "compare the eldest": ("edit-config private", "compare startup url cf3:\\nothing.cfg"),
    "the file": ("file show cf3:\\config.cfg",),
    "the file by another slash": ("file show cf3:/config.cfg",),
    "the file without its device": ("file show config.cfg",),
    "a version of the file": ("file show cf3:\\config.cfg.1",),
    "a copy of the file": ("file copy cf3:\\config.cfg cf3:\\mine force", "file show cf3:\\mine"),
    "a copy by a wildcard": (
        "file make-directory cf3:\\in",
        "file copy cf3:\\conf*.cfg cf3:\\in force",
        "file show cf3:\\in\\config.cfg",
    ),
    "a redirect": ("info configure > cf3:\\out.txt", "file show cf3:\\out.txt"),
    "saved elsewhere": ("admin save cf3:\\saved", "file show cf3:\\saved"),
    "the other CLI, one command": ("//admin display-config",),
    "the other CLI": ("/!classic-cli", "configure system security pki", "info"),
    "the other CLI, above": ("/!classic-cli", "configure system", "info detail"),
    "the other CLI, abbreviated": ("/!classic-cli", "conf sys sec pki", "inf"),
    "the other CLI, by a file": ("/!classic-cli", "exec cf3:\\show-classic.txt"),
    "the other CLI, as a file": ("/!classic-cli", "admin display-config detail"),
    "the other CLI, saved": ("/!classic-cli", "admin save cf3:\\cl", "file type cf3:\\cl"),
}


MADE = ("mine", "in\\config.cfg", "out.txt", "saved", "cl")
"""Files that the lines above write."""


def forget_files(router):
    for url in MADE:
        with contextlib.suppress(SrpkiError):
            router.node.files.remove(f"cf3:\\{url}")


@pytest.mark.parametrize("lines", SEEN.values(), ids=SEEN)
def test_a_denied_branch_is_not_seen(router, lines):
    with Typist(router) as administrator:
        assert TEXT in administrator.type(*lines)
    for match in DENIED.values():
        forget_files(router)
        with Typist(router, rights=rights(match)) as user:
            assert TEXT not in user.type(*lines), match


def test_who_looks_for_what_is_denied_is_told_nothing_that_tells_it_from_what_is_not_there(router):
    with Typist(router, rights=rights(DENIED["the list"])) as user:
        for command in ("info configure {} X", "info flat configure {} X description"):
            there, not_there = (command.format(WORDS).replace("X", name) for name in (NAME, "NONE"))
            assert user.type(there) == user.type(not_there) == ""


def test_a_denied_branch_of_the_state_is_not_seen_or_offered(router):
    line = "info /state system security pki"
    for denied in ({}, {"rights": rights(f"state {WORDS} {NAME}")}):
        with Typist(router, **denied) as user:
            assert (NAME in user.type(line)) is not bool(denied)
            assert (NAME in user.type("state", "system security pki", "info")) is not bool(denied)
            assert (NAME in offers(user.session, f"{line} ca-profile ")) is not bool(denied)


@pytest.mark.parametrize("line", ["show certificate ca-profile ", f"info /state {WORDS} "])
def test_no_name_of_what_is_denied_is_offered_elsewhere(router, line):
    for denied in ({}, {"rights": rights(DENIED["the entry"])}):
        with Typist(router, **denied) as user:
            assert (NAME in offers(user.session, line)) is not bool(denied)
            assert "OPEN" in offers(user.session, line)


def test_a_reference_is_completed_with_what_is_seen(router):
    for denied in ({}, {"rights": rights(DENIED["the entry"])}):
        with Typist(router, **denied) as user:
            line = "admin system security pki cmpv2 poll ca "
            found = offers(user.session, line)
            assert (NAME in found) is not bool(denied)
            assert "OPEN" in found


def test_an_operation_is_completed_with_what_is_seen_of_what_runs(router):
    place = (*PKI, Step("est-profile", ("HIDDEN-EST",)))
    router.node.datastore.edit([Edit("create", place)])
    hidden = rights("configure system security pki est-profile HIDDEN-EST")
    for denied in ({}, {"rights": hidden}):
        with Typist(router, **denied) as user:
            found = offers(user.session, "show certificate est-profile ")
            assert ("HIDDEN-EST" in found) is not bool(denied)
    router.node.datastore.edit([Edit("delete", place)])


def test_who_is_restricted_to_his_home_loads_no_file_outside(router):
    home = rights("admin reboot").within("cf3:\\home", saves=False)
    with Typist(router, rights=home) as user:
        printed = user.type("edit-config private", "/configure", "load merge cf3:\\nothing.cfg")
        assert REFUSED[0] in printed
        assert REFUSED[0] in user.type("compare url cf3:\\nothing.cfg running")


# --- what is offered ------------------------------------------------------------------------------

OFFERED = {
    "info": f"info configure {WORDS} ",
    "delete": f"delete /configure {WORDS} ",
    "a context": f"configure {WORDS} ",
    "with a quote": f'info configure {WORDS} "',
    "begun": f"info configure {WORDS} SEC",
}
CHILDREN = {
    "the list": ("info configure system security pki ", "ca-profile"),
    "the container": ("info configure system security ", "pki"),
    "the leaf": (f"info configure {WORDS} {NAME} ", "description"),
    "to be edited": (f"configure {WORDS} {NAME} ", "description"),
}


def offers(session, text):
    return [offer.text.strip('"') for offer in session.complete(text)]


@pytest.mark.parametrize("dialect", ["md", "classic"])
@pytest.mark.parametrize("text", OFFERED.values(), ids=OFFERED)
def test_tab_names_no_denied_entry(router, text, dialect):
    if dialect == "classic":
        text = f"configure {WORDS} "
    with Typist(router, dialect=dialect) as administrator:
        administrator.type("edit-config private") if dialect == "md" else None
        assert NAME in offers(administrator.session, text)
    for match in (DENIED["the entry"], DENIED["abbreviated"]):
        with Typist(router, dialect=dialect, rights=rights(match)) as user:
            user.type("edit-config private") if dialect == "md" else None
            found = offers(user.session, text)
            assert NAME not in found
            assert "OPEN" in found or "SEC" in text


@pytest.mark.parametrize("dialect", ["md", "classic"])
@pytest.mark.parametrize("what", CHILDREN)
def test_tab_and_help_name_no_denied_element(router, what, dialect):
    text, word = CHILDREN[what]
    if dialect == "classic":
        text = text.replace("info configure", "configure")
    match = DENIED[what if what in DENIED else "the leaf"]
    with Typist(router, dialect=dialect) as administrator:
        assert word in offers(administrator.session, text)
        assert f" {word} " in administrator.session.help(text)
    with Typist(router, dialect=dialect, rights=rights(match)) as user:
        assert word not in offers(user.session, text)
        assert f" {word} " not in user.session.help(text)
        assert user.session.expand(text + word[:-1]) == ""


@pytest.mark.parametrize(
    ("dialect", "denied", "text", "word"),
    [
        ("md", "admin reboot", "admin ", "reboot"),
        ("md", "admin certificate", "admin system security pki ", "import"),
        ("classic", "admin system security pki import", "admin certificate ", "import"),
        ("classic", "show", "", "show"),
        ("md", "file", "", "file"),
        ("md", "commit", "", "commit"),
        ("classic", "exec", "", "exec"),
    ],
)
def test_tab_and_help_name_no_denied_command(router, dialect, denied, text, word):
    for limits, there in (({}, True), ({"rights": rights(denied)}, False)):
        with Typist(router, dialect=dialect, **limits) as user:
            user.type("edit-config private") if dialect == "md" else None
            assert (word in offers(user.session, text)) is there
            line = rf"^ +(\[no\])? *{word} "
            assert bool(re.search(line, user.session.help(text), re.MULTILINE)) is there


def test_the_schema_is_drawn_without_what_is_denied(router):
    for dialect, lines in (
        ("md", ["tree flat /configure system security pki"]),
        ("classic", ["configure system security pki", "tree flat"]),
    ):
        with Typist(router, dialect=dialect) as administrator:
            assert "ca-profile" in administrator.type(*lines)
        with Typist(router, dialect=dialect, rights=rights(DENIED["the list"])) as user:
            printed = user.type(*lines)
            assert "\nca-profile" not in printed
            assert "common-name-list" in printed


# --- editing --------------------------------------------------------------------------------------

EDITS = {
    "in full": (f"/configure {CONTEXT} description changed",),
    "abbreviated": (f"/conf sys sec pki ca-prof {NAME} desc changed",),
    "in the context": ("/configure system security pki", f"ca-profile {NAME} description changed"),
    "inside of it": (f"/configure {CONTEXT}", "description changed"),
    "in braces": (f'/configure {{ {WORDS} "{NAME}" {{ description "changed" }} }}',),
    "a pasted block": (
        *("/configure {", "system {", "security {", "pki {", f'ca-profile "{NAME}" {{'),
        *('description "changed"', "}", "}", "}", "}", "}"),
    ),
    "an alias": (
        'environment command-alias alias "poke" admin-state enable',
        f'environment command-alias alias "poke" cli-command "/configure {CONTEXT} description"',
        'environment command-alias alias "poke" mount-point global',
        "poke changed",
    ),
    "a file of commands": ("exec cf3:\\edit.txt",),
    "a file merged": ("/configure", "load merge cf3:\\merge.cfg"),
    "a file in its place": ("/configure", "load full-replace cf3:\\nothing.cfg"),
    "a file that changes it": ("/configure", "load full-replace cf3:\\merge.cfg"),
    "deleted": (f"delete /configure {CONTEXT}",),
    "a leaf deleted": (f"delete /configure {CONTEXT} description",),
    "its parent deleted": ("delete /configure system security pki",),
    "all deleted": ("delete /configure system",),
    "every entry deleted": (f"delete /configure {WORDS} *",),
    "annotated": (f'annotate "of it" /configure {CONTEXT} description',),
}


def edited(session):
    """What the branch holds as edited, its comments too."""
    return get(session.editing.candidate.tree, PLACE)


@pytest.mark.parametrize("lines", EDITS.values(), ids=EDITS)
def test_a_denied_branch_is_not_edited(router, lines):
    before = held(router)
    with Typist(router) as administrator:
        administrator.type("edit-config private", *lines)
        assert edited(administrator.session) != before
    for enter, match in itertools.product(("private", "global"), DENIED.values()):
        with Typist(router, rights=rights(match)) as user:
            printed = user.type(f"edit-config {enter}", *lines)
            assert edited(user.session) == before, match
            # Every entry is every one that is seen.
            assert user.ok is ("*" in lines[-1] and "description" not in match)
            assert user.ok or REFUSED[0] in printed
            router.node.datastore.candidates[-1].guard = None
            user.session.editing.discard()


@pytest.mark.parametrize("lines", EDITS.values(), ids=EDITS)
def test_a_branch_to_be_read_is_read_and_not_edited(router, lines):
    before = held(router)
    for chosen in ({"action": "read-only"}, {"action": "permit", "default": "read-only-all"}):
        match = DENIED["the entry"] if chosen["action"] == "read-only" else "load"
        with Typist(router, rights=rights(match, **chosen)) as user:
            printed = user.type("edit-config private", f"info /configure {CONTEXT}", *lines)
            assert TEXT in printed
            assert edited(user.session) == before
            assert REFUSED[0] in printed


CLASSIC = {
    "in full": (f"configure {CONTEXT} description changed",),
    "abbreviated": (f"conf sys sec pki ca-prof {NAME} desc changed",),
    "in the context": ("configure system security pki", f"ca-profile {NAME} description changed"),
    "inside of it": (f"configure {CONTEXT}", "description changed"),
    "a backslash": (f"\\configure {CONTEXT} description changed",),
    "undone": (f"configure {CONTEXT} no description",),
    "removed": (f"configure system security pki no ca-profile {NAME}",),
    "a block": (
        *("configure", "    system", "        security", "            pki"),
        *(f'                ca-profile "{NAME}" create', '                    description "x"'),
    ),
    "the other CLI": ("/!md-cli", f"//configure {CONTEXT} description changed"),
    "a file of commands": ("exec cf3:\\edit.txt",),
}


@pytest.mark.parametrize("lines", CLASSIC.values(), ids=CLASSIC)
def test_the_classic_cli_does_not_edit_it_either(mixed, lines):
    datastore = mixed.node.datastore
    before, whole = held(mixed), datastore.running
    with Typist(mixed, dialect="classic") as administrator:
        administrator.type(*lines)
        assert held(mixed) != before
    with datastore.lock:
        datastore.replace(whole, ())
    for match in DENIED.values():
        with Typist(mixed, dialect="classic", rights=rights(match)) as user:
            printed = user.type(*lines)
            assert held(mixed) == before, match
            assert not user.ok
            assert REFUSED[1] in printed or REFUSED[0] in printed


def test_a_checkpoint_is_neither_shown_nor_made_running(mixed):
    datastore = mixed.node.datastore
    before = Edit("set", (*PLACE, Step("description")), "of before")
    datastore.edit([Edit("set", ROLLBACK, "cf3:\\rollback"), before])
    with Typist(mixed, dialect="classic") as administrator:
        administrator.type("admin rollback save")
        datastore.edit([Edit("set", (*PLACE, Step("description")), TEXT)])
        assert "of before" in administrator.type("admin rollback view")
        assert "of before" in administrator.type("admin rollback compare")
    for match in DENIED.values():
        with Typist(mixed, dialect="classic", rights=rights(match)) as user:
            printed = user.type(
                "admin rollback view",
                "admin rollback compare",
                "admin rollback revert latest-rb now",
                "file type cf3:\\rollback.rb",
            )
            assert "of before" not in printed
            assert held(mixed)["description"] == TEXT
    entries = (Entry(5, "configure", "permit"), Entry(10, "admin reboot", "deny"))
    all_of_it = rights_of((Profile("permit-all", entries),))
    with Typist(mixed, dialect="classic", rights=all_of_it) as user:
        user.type("admin rollback revert latest-rb now")
        assert held(mixed)["description"] == "of before"
    datastore.edit([Edit("set", (*PLACE, Step("description")), TEXT)])


# --- the candidate that sessions share ------------------------------------------------------------


def test_what_others_have_edited_is_neither_committed_nor_discarded(router):
    with (
        Typist(router) as administrator,
        Typist(router, rights=rights(DENIED["the entry"])) as user,
    ):
        administrator.type("edit-config global", f"/configure {CONTEXT} description theirs")
        for line in ("commit", "discard", "discard /configure system"):
            printed = user.type("edit-config global", line)
            assert REFUSED[0] in printed
            assert held(router)["description"] == TEXT
            assert edited(administrator.session)["description"] == "theirs"
        assert "theirs" not in user.type("compare", "info /configure")
        administrator.session.editing.discard()


def test_a_confirmed_commit_of_it_is_not_taken_back(router):
    before = router.node.datastore.running
    with (
        Typist(router) as administrator,
        Typist(router, rights=rights(DENIED["the entry"])) as user,
    ):
        change = f"/configure {CONTEXT} description theirs"
        administrator.type("edit-config private", change, "commit confirmed 5")
        printed = user.type("edit-config private", "commit confirmed cancel")
        assert REFUSED[0] in printed
        assert held(router)["description"] == "theirs"
        administrator.type("commit confirmed cancel")
    assert router.node.datastore.running == before


def test_an_earlier_configuration_is_no_way_to_change_it(router):
    with Typist(router) as administrator:
        change = f"/configure {CONTEXT} description theirs"
        administrator.type("edit-config private", change, "commit")
    with Typist(router, rights=rights(DENIED["the entry"])) as user:
        printed = user.type("edit-config private", "/configure", "rollback 1")
        assert REFUSED[0] in printed
        assert edited(user.session)["description"] == "theirs"
    with Typist(router) as administrator:
        change = f"/configure {CONTEXT} description {TEXT}"
        administrator.type("edit-config private", change, "commit")
    assert held(router)["description"] == TEXT
    save_twice(router)


def test_a_guess_at_what_is_denied_tells_nothing(router):
    for match in (DENIED["the entry"], DENIED["the leaf"]):
        with Typist(router, rights=rights(match)) as user:
            user.type("edit-config private", "/configure")
            right = user.type(
                f"/configure {CONTEXT} description {TEXT}", "load merge cf3:\\same.cfg"
            )
            wrong = user.type(
                f"/configure {CONTEXT} description wrong", "load merge cf3:\\merge.cfg"
            )
            assert right == wrong
            assert right.count(REFUSED[0]) == 2


def test_what_is_wrong_with_it_is_told_without_its_name(router):
    with Typist(router) as administrator:
        administrator.type(
            "edit-config private",
            f"/configure {WORDS} OTHER description x",
            f"/configure ipsec cert-profile {NAME} entry 1 send-chain ca-profile OTHER",
            "commit",
        )
    denied = rights(f"configure ipsec cert-profile {NAME}")
    with Typist(router, rights=denied) as user:
        printed = user.type(
            "edit-config private", f"delete /configure {WORDS} OTHER", "validate", "commit"
        )
        assert not user.ok
        assert NAME not in printed
        assert "MINOR: MGMT_CORE #224: configure - Entry does not exist" in printed
    with Typist(router) as administrator:
        administrator.type(
            *("edit-config private", f"delete /configure ipsec cert-profile {NAME}"),
            *(f"delete /configure {WORDS} OTHER", "commit"),
        )
        assert administrator.ok


# --- commands, files, events ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("denied", "lines"),
    [
        ("admin save", ("admin save",)),
        ("admin save", ("/admin sav",)),
        ("admin save", ("//admin save",)),
        ("admin save", ("configure read-only", "/admin save")),
        ("admin save", ("admin", "save")),
        ("admin", ("admin",)),
        ("show version", ("show ver",)),
        ("show", ("edit-config read-only", "/configure", "show version")),
        ("file", ("file list",)),
        ("file list", ("//file dir",)),
        ("exec", ("exec cf3:\\show.txt",)),
        ("commit", ("edit-config private", "commit")),
        ("validate", ("edit-config private", "validate")),
        ("load", ("edit-config private", "/configure", "load merge cf3:\\nothing.cfg")),
        ("load merge", ("edit-config private", "/configure", "load merge cf3:\\nothing.cfg")),
        ("rollback", ("edit-config private", "/configure", "rollback 0")),
        ("discard", ("edit-config private", "discard")),
        ("update", ("edit-config private", "update")),
        ("edit-config", ("edit-config private",)),
        ("edit-config exclusive", ("edit-config exclusive",)),
        ("configure exclusive", ("configure exclusive",)),
        ("configure", ("configure private",)),
        ("info", ("info configure",)),
        ("environment", ("environment more false",)),
        (
            "admin certificate gen-keypair",
            ("admin system security pki generate-keypair save-path cf3:\\k rsa-key-size 2048",),
        ),
        ("file copy", ("show version > cf3:\\redirected",)),
    ],
)
def test_a_denied_command_is_refused_however_it_is_typed(router, denied, lines):
    with Typist(router, rights=rights(denied)) as user:
        printed = user.type(*lines)
        assert not user.ok
        assert REFUSED[0] in printed or REFUSED[1] in printed
    *before, last = lines
    other = rights("admin reboot")
    with Typist(router, rights=other) as user:
        user.type(*before, last)
        assert user.ok


def test_a_question_is_not_asked_before_a_refusal(router):
    with Typist(router, rights=rights("admin reboot")) as user:
        answer = user.session.feed("admin reboot")
        assert answer.question is None
        assert REFUSED[0] in answer.text


def test_the_mode_that_an_entry_names_is_refused_and_others_are_entered(router):
    with Typist(router, rights=rights("configure exclusive")) as user:
        user.type("configure private")
        assert user.ok
    only_log = rights("configure log", default="deny-all", action="permit")
    with Typist(router, rights=only_log) as user:
        user.type("configure private", "log log-id 7 description x", "info")
        assert user.ok
        assert REFUSED[0] in user.type("system name x")
        user.session.editing.discard()


@pytest.mark.parametrize(
    "line",
    [
        "file show cf3:\\other.cfg",
        "file copy cf3:\\home\\a cf3:\\b",
        "file copy cf3:\\other.cfg cf3:\\home\\b",
        "file show ..\\other.cfg",
        "file list cf3:\\",
        "file remove cf3:\\oth*.cfg force",
        "exec cf3:\\show.txt",
        "admin save",
        "admin save cf3:\\home\\saved",
        "admin save cf3:\\saved",
        "show version > cf3:\\out.txt",
        "//admin save cf3:\\saved",
        "admin system security pki generate-keypair save-path cf3:\\key rsa-key-size 2048",
    ],
)
def test_who_is_restricted_to_his_home_reaches_no_file_outside(router, line):
    files = router.node.files
    files.write("cf3:\\home\\a", b"text\n", force=True)
    everything = sorted(files.within("cf3:\\"))
    home = rights_of((Profile("permit-all"),)).within("cf3:\\home", saves=False)
    with Typist(router, rights=home) as user:
        printed = user.type(line)
        assert not user.ok
        assert REFUSED[0] in printed or REFUSED[1] in printed
        assert "text" in user.type("file show a")
        assert user.session.complete("file show cf3:\\") == []
    assert sorted(files.within("cf3:\\")) == everything
    with Typist(router, rights=home.within("cf3:\\home", saves=True)) as user:
        user.type("admin save cf3:\\home\\saved")
        assert user.ok
    files.remove("cf3:\\home\\saved")


def test_each_refusal_is_an_event_without_secrets(router):
    heard = []
    router.node.bus.subscribe(heard.append)
    denied = f"configure {WORDS} {NAME}"
    with Typist(router, rights=rights(denied)) as user:
        user.type("edit-config private", f"/configure {CONTEXT} cmpv2 key-list key 1 password top")
        user.type("//admin display-config index", f"//configure {CONTEXT}", "exec cf3:\\edit.txt")
    refused = [event for event in heard if "unauth" in event.type.name]
    names = [event.type.name for event in refused]
    assert names[0] == "md_cli_unauth_io"
    assert all("top" not in str(event.fields) for event in met(3, heard))
    assert any(NAME in str(event.fields) for event in refused)


def test_rights_that_change_hold_from_the_next_command_on(router):
    present = [rights("admin reboot")]
    with Typist(router, rights=lambda: present[0]) as user:
        user.type("edit-config private", f"info /configure {CONTEXT}")
        assert user.ok
        present[0] = rights(DENIED["the entry"])
        assert user.type(f"info /configure {CONTEXT}") == ""
        assert REFUSED[0] in user.type(f"/configure {CONTEXT} description x")
        with pytest.raises(NotAuthorizedError):
            user.session.editing.edit(Edit("delete", PLACE))


# --- any spelling ---------------------------------------------------------------------------------

SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def spellings(draw):
    """Lines that change the branch: cut into contexts, in braces or not, abbreviated, quoted."""
    abbreviated = {"configure": "con", "system": "sys", "security": "sec", "description": "desc"}
    steps = [["/configure"], ["system"], ["security"], ["pki"], ["ca-profile", NAME]]
    steps.append(["description", "changed"])
    lines, depth = [""], 0
    for at, step in enumerate(steps):
        word = draw(st.sampled_from([step[0], abbreviated.get(step[0], step[0])]))
        rest = [draw(st.sampled_from([word_, f'"{word_}"'])) for word_ in step[1:]]
        lines[-1] += " " * draw(st.integers(1, 3)) + " ".join([word, *rest])
        if at == len(steps) - 1:
            break
        how = draw(st.sampled_from(["on", "context", "brace", "brace, new line"]))
        depth += how.startswith("brace")
        lines[-1] += " {" if how.startswith("brace") else ""
        lines += [""] if how in ("context", "brace, new line") else []
    closing = ["}"] * depth
    if len(lines) == 1 and draw(st.booleans()):
        return [" ".join([*lines, *closing])]
    return [*lines, *closing]


@SETTINGS
@given(lines=spellings(), match=st.sampled_from(sorted(DENIED.values())))
def test_no_spelling_changes_a_denied_branch(router, lines, match):
    before = held(router)
    with Typist(router) as administrator:
        administrator.type("edit-config private", *lines)
        assert edited(administrator.session)["description"] == "changed", lines
    with Typist(router, rights=rights(match)) as user:
        assert REFUSED[0] in user.type("edit-config private", *lines), lines
        assert edited(user.session) == before
