"""Completion of what exists [cli.md 1.6], with what users of other CLIs missed [cli.md 5]."""

import pytest

from srpki.cli.classic.dialect import ClassicDialect
from srpki.cli.completion import complete, expand
from srpki.cli.existing import Existing
from srpki.cli.grammar import Slot
from srpki.cli.md.dialect import MdDialect
from srpki.cli.meaning import meaning
from srpki.config.lexer import lex_classic, lex_md
from srpki.config.tree import Branch, Entries
from srpki.core.errors import StorageError
from srpki.schema.nodes import Container, Leaf, ListNode
from srpki.schema.types import Integer, Text

PKI = "/configure system security pki"


def offered(typist, text):
    return [offer.text for offer in typist.session.complete(text)]


def existing(typist, text):
    """Return the values that are offered; keywords may stand beside them."""
    return [offer.text for offer in typist.session.complete(text) if offer.heading]


@pytest.fixture
def editing(md):
    md("edit-config private")
    return md


# --- entries of lists, at every depth ---


def test_keys_of_inner_lists_are_offered(editing):
    """clixon #332 and #208."""
    editing(f"{PKI} ca-profile lab auto-crl-update crl-urls url-entry 2 url http://a/b")
    editing(f"{PKI} ca-profile lab auto-crl-update crl-urls url-entry 1 url http://a/b", "exit all")
    line = f"{PKI} ca-profile lab auto-crl-update crl-urls url-entry "
    assert existing(editing, line) == ["1", "2"]
    assert existing(editing, line.replace("/configure", "info /configure")) == ["1", "2"]
    assert offered(editing, line.replace("ca-profile lab", "ca-profile other")) == []


def test_keys_of_inner_lists_are_offered_from_the_context_around_them(editing):
    editing("/configure system security tls cert-profile web entry 7 key-file k", "exit all")
    editing("/configure system security tls cert-profile web")
    assert offered(editing, "entry ") == ["7"]
    assert existing(editing, "delete entry ") == ["7"]


def test_keys_of_inner_lists_are_offered_in_the_classic_cli(classic):
    classic("configure system security tls cert-profile web create", "entry 7 create", "exit all")
    assert offered(classic, "configure system security tls cert-profile ") == ["web"]
    assert offered(classic, "configure system security tls cert-profile web entry ") == ["7"]
    assert offered(classic, "configure system security tls cert-profile web no entry ") == ["7"]


def test_numbers_are_offered_in_their_order(editing):
    for number in (8, 1, 3):
        editing(f"/configure ipsec cert-profile x entry {number} rsa-signature pss", "exit all")
    for number in (10, 9):
        editing(f"{PKI} common-name-list n common-name {number} cn-value a", "exit all")
    assert offered(editing, "/configure ipsec cert-profile x entry ") == ["1", "3", "8"]
    assert offered(editing, f"{PKI} common-name-list n common-name ") == ["9", "10"]


ROUTE = ListNode(
    name="route",
    keys=("prefix", "type", "place"),
    help="A route",
    children=(
        Leaf(name="prefix", type=Text(), help="Where to"),
        Leaf(name="type", type=Text(), help="Of what kind"),
        Leaf(name="place", type=Integer("uint8"), help="In which place"),
    ),
)
CONFIGURE = Container(name="configure", children=(ROUTE,), help="All")
ROOT = Container(name="", children=(CONFIGURE,), help="Root")
ROUTES = Branch(
    {
        "route": Entries(
            {
                ("192.0.2.0/24", "unicast", 1): Branch(),
                ("192.0.2.0/24", "multicast", 2): Branch(),
                ("192.0.2.0/24", "multicast", 12): Branch(),
                ("198.51.100.0/24", "blackhole", 3): Branch(),
            }
        )
    }
)


@pytest.mark.parametrize(("dialect", "lex"), [(MdDialect, lex_md), (ClassicDialect, lex_classic)])
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["192.0.2.0/24", "198.51.100.0/24"]),
        ("192.0.2.0/24 ", ["type"]),
        ("192.0.2.0/24 type ", ["multicast", "unicast"]),
        ("198.51.100.0/24 type ", ["blackhole"]),
        ("192.0.2.0/24 type multicast place ", ["2", "12"]),
        ("192.0.2.0/24 type multicast place 1", ["12"]),
        ("203.0.113.0/24 type ", []),
    ],
)
def test_keys_of_composite_keys_agree_with_those_before(device, dialect, lex, typed, found):
    """clixon #216."""
    state = (dialect(ROOT).content(ROOT, edits=False),)
    routes = Existing(device, lambda root: ROUTES)

    def source(slot, matches, text):
        return routes.values(slot, matches, meaning(matches, (), ()), text)

    line = f"configure route {typed}"
    assert [offer.text for offer in complete(state, lex(line), line, source)] == found


def test_entries_are_found_by_their_beginning_however_many_there_are(editing):
    editing(f"{PKI}", *(f"/configure ipsec cert-profile p{number:04}" for number in range(700)))
    assert offered(editing, "/configure ipsec cert-profile p069") == [
        f"p{number:04}" for number in range(690, 700)
    ]
    assert len(offered(editing, "/configure ipsec cert-profile ")) == 500


# --- values ---


def test_values_with_blanks_are_offered_between_quotes(editing, classic):
    """clixon #221."""
    editing(f'{PKI} ca-profile "my lab ca"', "commit", "exit all")
    assert offered(editing, f"{PKI} ca-profile my") == ['"my lab ca"']
    assert offered(editing, f'{PKI} ca-profile "my l') == ['"my lab ca"']
    assert offered(editing, f'{PKI} ca-profile "my lab ca" cmp') == ["cmpv2"]
    assert offered(classic, "configure system security pki ca-profile ") == ['"my lab ca"']


def test_only_values_of_an_enumeration_are_offered_and_taken(editing):
    """clixon #163."""
    line = f"{PKI} ca-profile lab revocation-check "
    assert offered(editing, line) == ["crl", "crl-optional"]
    assert offered(editing, f"{line}crl-") == ["crl-optional"]
    assert offered(editing, f"{line}never") == []
    editing.refused(f"{line}never")


@pytest.mark.parametrize(
    "line",
    [
        f"{PKI} certificate-update-profile p cmpv2 ca-profile ",
        "/configure system security tls trust-anchor-profile t trust-anchor ",
        "/configure system security tls cert-profile c entry 1 send-chain ca-profile ",
        "/configure ipsec trust-anchor-profile t trust-anchor ",
        "/configure ipsec cert-profile c entry 1 send-chain ca-profile ",
        "/configure ipsec cert-profile c entry 1 send-chain ca-profile [a ",
        "/configure ipsec cert-profile c entry 1 compare-chain-include ",
    ],
)
def test_a_reference_offers_what_it_may_name(editing, line):
    """clixon #549: the valid targets, not the values in use."""
    editing(f"{PKI} ca-profile a", "exit all", f"{PKI} ca-profile b", "exit all")
    assert offered(editing, line) == ["a", "b"]


def test_the_profiles_that_every_node_has_are_offered_too(editing, classic):
    profile = "/configure system security aaa local-profiles profile"
    editing(f"{profile} few", "exit all", f"{profile} default", "exit all")
    member = "/configure system security user-params local-user user ann console member "
    assert sorted(offered(editing, f"{member}[")) == ["administrative", "default", "few"]
    assert offered(editing, f"{member}[adm") == ["administrative"]
    classic('configure system security user "ann" create')
    known = offered(classic, "console member ")
    assert {"administrative", "default"} <= set(known) and len(known) == len(set(known))


def test_an_operation_is_offered_what_runs_and_not_what_is_planned(editing):
    editing(f"{PKI} est-profile old", "commit", "exit all", f"{PKI} est-profile new", "exit all")
    asking = "admin system security pki est enroll est-profile "
    assert offered(editing, asking) == ["old"]
    planned = offered(editing, f"{PKI} certificate-update-profile p est est-profile ")
    assert sorted(planned) == ["new", "old"]


def test_the_values_of_a_leaf_list_are_offered_where_they_are_removed(editing, classic):
    chain = "/configure ipsec cert-profile c entry 1 send-chain"
    editing(f"{PKI} ca-profile a", "exit all", f"{PKI} ca-profile b", "exit all")
    editing(f"{chain} ca-profile [a]", "exit all")
    assert offered(editing, f"delete {chain} ca-profile ")[0] == "a"
    editing(f"{PKI} ca-profile a cert-file a.pem crl-file a.crl", "commit")
    classic("configure ipsec cert-profile c entry 1 send-chain")
    assert offered(classic, "no ca-profile ")[0] == "a"


def test_commits_are_offered_by_their_ids_the_newest_first(md, device):
    md("configure private", "system name a", "commit", "system name b", "commit")
    slot = Slot("commit-id", Integer("uint32"), "Number of the commit")
    found = Existing(device, lambda root: Branch())
    assert list(found.values(slot, (), meaning((), (), ()), "")) == ["2", "1"]


def test_a_commit_is_offered_with_who_made_it_and_why(md, device):
    """As captured, in cli.md 1.4; the list stands one blank to the right."""
    mode = "/configure system management-interface configuration-mode"
    md("edit-config private", f"{mode} model-driven", "commit", "configure")
    md("system name a", 'commit comment "say \\"why\\""')
    newest, oldest = md.session.complete("rollback commit-id ")
    when = f"{device.clock.now():%Y-%m-%dT%H:%M:%S}.0+00:00"
    made = f"  Committed {when} by admin (MD-CLI)"
    assert newest.details == (made, '  Comment   "say \\"why\\""')
    assert (oldest.text, oldest.heading, oldest.details) == ("1", "commit-id", (made,))
    md("environment time-display utc")
    assert (
        md.session.complete("rollback commit-id ")[1].details[0].endswith(".0Z by admin (MD-CLI)")
    )


# --- files ---


@pytest.fixture
def files(device):
    for name in ("lab.crt", "certs\\gw.crt", "certs\\old\\gw.crt", "my certs\\x.crt"):
        device.files.files[f"cf3:\\{name}"] = b""
    return device.files


IMPORT = "admin system security pki import input-url "


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["cf3:\\certs\\", "cf3:\\gw.pem", "cf3:\\lab.crt", '"cf3:\\my certs\\\\']),
        ("cf3:", ["cf3:\\certs\\", "cf3:\\gw.pem", "cf3:\\lab.crt", '"cf3:\\my certs\\\\']),
        ("cf3:\\l", ["cf3:\\lab.crt"]),
        ("cf3:/l", ["cf3:/lab.crt"]),
        ("cf3:/c", ["cf3:/certs/"]),
        ("cf3:\\certs\\", ["cf3:\\certs\\gw.crt", "cf3:\\certs\\old\\"]),
        ("cf3:/certs/o", ["cf3:/certs/old/"]),
        ("cf3:/certs/old/", ["cf3:/certs/old/gw.crt"]),
        ('"cf3:\\my certs\\\\', ['"cf3:\\my certs\\x.crt"']),
        ('"cf3:\\\\my certs\\\\x', ['"cf3:\\my certs\\x.crt"']),
        ('"cf3:\\my certs\\', ['"cf3:\\my certs\\x.crt"']),
        ("cf3:/none/", []),
    ],
)
@pytest.mark.usefixtures("files")
def test_files_are_offered_at_every_level_of_the_flash(md, typed, found):
    assert offered(md, IMPORT + typed) == found


@pytest.mark.usefixtures("files")
def test_a_directory_goes_on_and_a_file_is_whole(md):
    whole = {offer.text: offer.whole for offer in md.session.complete(f"{IMPORT}cf3:/")}
    assert whole["cf3:/lab.crt"]
    assert not whole["cf3:/certs/"]


def test_what_cannot_be_read_is_not_offered(md, device):
    def fail(target):
        raise StorageError(target)

    device.choices = fail
    assert offered(md, "admin system security pki export input-file ") == []


# --- how they are listed ---


def test_values_are_offered_below_the_name_of_what_they_are(editing):
    editing(f"{PKI} ca-profile lab", "exit all")
    headings = {
        line: {offer.heading for offer in editing.session.complete(line)}
        for line in (f"{PKI} ca-profile ", "environment time-display ", f"{PKI} ")
    }
    assert list(headings.values()) == [{"ca-profile-name"}, {"time-display"}, {""}]


# --- keywords ---

PAIR = Container(
    name="",
    help="Root",
    children=(
        Container(name="set", children=(), help="One"),
        Container(name="set-test", children=(), help="Another"),
    ),
)


def test_a_keyword_that_begins_another_is_not_lost():
    """clixon #330."""
    state = (MdDialect(PAIR).content(PAIR, edits=False),)
    for line, found in (("s", ["set", "set-test"]), ("set-", ["set-test"])):
        offers = complete(state, lex_md(line), line, lambda *_: ())
        assert [offer.text for offer in offers] == found
    assert expand(state, lex_md("set"), "set") == ""
    assert expand(state, lex_md("set-"), "set-") == "test"


def test_a_keyword_that_begins_another_is_still_a_command(md):
    assert offered(md, "show certificate ca") == ["ca-profile"]
    assert set(offered(md, "admin system security pki import ")) >= {"input-url", "output-file"}
    md("edit-config private", f"{PKI} certificate-update-profile p", "est est-profile e")
    assert md.context.endswith('certificate-update-profile "p"]')


def test_entering_a_list_without_its_key_says_which_key_is_missing(editing):
    """clixon #590."""
    assert editing.message(f"{PKI} ca-profile") == (
        "MINOR: CLI #2001: Missing element value - 'ca-profile-name'"
    )


def test_nothing_is_completed_after_two_slashes_or_in_a_comment(md, classic):
    for typist in (md, classic):
        assert typist.session.help("//adm") == ""
        for text in ("//", "//adm", "# adm", "  # "):
            assert offered(typist, text) == []
            assert typist.session.expand(text) == ""
    assert offered(classic, "admin # sa") == []


def test_the_environment_says_which_keys_complete(md):
    md("environment command-completion tab false")
    assert offered(md, "sho") == []
    assert md.session.expand("sho") == "w"
    md("environment command-completion space false")
    assert md.session.expand("sho") == ""
    md("sho ver")
    md("environment command-completion enter false")
    assert md.message("sho version") == "MINOR: MGMT_CORE #2201: Unknown element - 'sho'"
    assert md.message("show ver") == "MINOR: MGMT_CORE #2201: Unknown element - 'ver'"
    md("show version", "environment command-completion enter true", "sho ver")


def test_space_completes_nothing_inside_quotes(md):
    md("edit-config private")
    for text in ('info "conf', '"sho', f'{PKI} ca-profile "a'):
        assert md.session.expand(text) == ""


def test_the_name_of_a_key_may_be_typed_and_is_not_offered(editing):
    """Help shows it as ``[ca-profile-name] <string>``."""
    editing(f"{PKI} ca-profile ca-profile-name lab", "exit all")
    assert offered(editing, f"{PKI} ca-profile ") == ["lab"]
    assert offered(editing, f"{PKI} ca-profile ca-profile-name ") == ["lab"]
    assert editing.session.expand(f"{PKI} ca-profile ca-profile-n") == ""
    assert editing.message(f"{PKI} ca-profile ca-profile-name") == (
        "MINOR: CLI #2001: Missing element value - 'ca-profile-name'"
    )
    editing(f'delete {PKI} ca-profile ca-profile-name "lab"')
    assert offered(editing, f"{PKI} ca-profile ") == []


def test_the_name_of_an_input_by_place_may_be_typed(md, device):
    md("admin save url cf3:/x.cfg", "admin save cf3:/x.cfg")
    assert device.calls[-2:] == [("admin.save", {"url": "cf3:\\x.cfg"})] * 2


def test_where_no_entry_can_be_made_only_those_that_exist_are_offered(editing):
    line = f"{PKI} certificate-auto-update "
    assert offered(editing, line) == ["gw.crt", "gw.key"]
    assert existing(editing, f"delete {line}") == []


def test_the_state_of_every_entry_is_not_asked_for_to_offer_names(md, device):
    device.state = None
    assert existing(md, "info /state system security pki certificate-auto-update ") == ["gw.crt"]
