"""``info``, ``compare``, ``tree`` and ``pwc`` in their forms [cli.md sections 1.3 and 1.9]."""

import json
from xml.etree import ElementTree as ET

import pytest

PKI = "/configure system security pki"
IPSEC = "/configure ipsec cert-profile"
CONF = "{urn:nokia.com:sros:ns:yang:sr:conf}"


@pytest.fixture
def pki(md):
    """A private session in the pki context."""
    md("edit-config private", PKI)
    return md


@pytest.fixture
def gateways(md):
    """A private session with two IPsec profiles of three entries."""
    md("edit-config private")
    for profile in ("a", "b"):
        for entry in (1, 2, 8):
            md(f"{IPSEC} {profile} entry {entry} cert {profile}{entry}.crt")
    return md


# --- info ---


def test_info_xml_holds_the_whole_way_in_the_namespace_of_the_model(pki):
    pki('ca-profile "a<b" description "x & \\"y\\""')
    shown = ET.fromstring(pki("info xml"))
    assert shown.tag == f"{CONF}configure"
    profile = shown.find(f"{CONF}system/{CONF}security/{CONF}pki/{CONF}ca-profile")
    assert profile.findtext(f"{CONF}ca-profile-name") == "a<b"
    assert profile.findtext(f"{CONF}description") == 'x & "y"'


def test_info_xml_names_the_entry_that_it_is_about(gateways):
    assert gateways(f"info xml {IPSEC} a entry 2 cert") == (
        '<configure xmlns="urn:nokia.com:sros:ns:yang:sr:conf">\n'
        "    <ipsec>\n"
        "        <cert-profile>\n"
        "            <name>a</name>\n"
        "            <entry>\n"
        "                <id>2</id>\n"
        "                <cert>a2.crt</cert>\n"
        "            </entry>\n"
        "        </cert-profile>\n"
        "    </ipsec>\n"
        "</configure>"
    )


def test_info_xml_repeats_a_leaf_list_and_closes_what_is_empty(md):
    md("edit-config private", f"{IPSEC} a entry 1 send-chain ca-profile [x y]")
    md(f"{PKI} certificate-update-profile p rsa {{ }}")
    assert md(f"info xml {IPSEC} a entry 1 send-chain").splitlines()[6:9] == [
        "                <send-chain>",
        "                    <ca-profile>x</ca-profile>",
        "                    <ca-profile>y</ca-profile>",
    ]
    assert "<rsa/>" in [line.strip() for line in md(f"info xml {PKI}").splitlines()]


def test_info_xml_of_state_has_the_namespace_of_state(md):
    shown = md("info xml /state system security pki")
    assert shown.startswith('<state xmlns="urn:nokia.com:sros:ns:yang:sr:state">')
    assert "<certificate-file-name>gw.crt</certificate-file-name>" in shown


def test_formats_may_stand_before_the_path_or_after_it(pki):
    pki("ca-profile x description d")
    assert pki("info json ca-profile x") == pki("info ca-profile x json")
    assert json.loads(pki("info candidate json detail"))["dynamic-ca"] is False


def test_detail_at_the_root_shows_the_configuration_alone(md):
    md("edit-config private", "/configure system name x")
    assert list(json.loads(md("info detail json"))) == ["configure"]


def test_a_star_in_the_place_of_a_key_shows_every_entry(gateways):
    shown = gateways(f"info {IPSEC} *")
    assert shown == gateways(f"info {IPSEC}")
    assert gateways(f"info {IPSEC} * entry 8 cert") == (
        '    cert-profile "a" {\n'
        "        entry 8 {\n"
        '            cert "a8.crt"\n'
        "        }\n"
        "    }\n"
        '    cert-profile "b" {\n'
        "        entry 8 {\n"
        '            cert "b8.crt"\n'
        "        }\n"
        "    }"
    )


def test_numbers_in_brackets_and_ranges_choose_entries(gateways):
    assert gateways(f"info flat {IPSEC} a entry [2..8]") == (
        '    entry 2 cert "a2.crt"\n    entry 8 cert "a8.crt"'
    )
    assert gateways(f"info full-context {IPSEC} * entry [1 8]") == (
        f'    {IPSEC} "a" entry 1 cert "a1.crt"\n'
        f'    {IPSEC} "a" entry 8 cert "a8.crt"\n'
        f'    {IPSEC} "b" entry 1 cert "b1.crt"\n'
        f'    {IPSEC} "b" entry 8 cert "b8.crt"'
    )
    assert gateways(f"info {IPSEC} a entry [3..7]") == ""


@pytest.mark.parametrize("wrong", ["[5..2]", "[a..b]", "[1..]", "[0..2]", "[7..9]"])
def test_a_range_that_is_none_is_refused(gateways, wrong):
    assert gateways.message(f"info {IPSEC} a entry {wrong}").startswith(
        "MINOR: MGMT_CORE #2301: Invalid element value - '"
    )


def test_a_star_between_quotes_is_a_name(pki):
    pki('ca-profile "*" description star', "ca-profile x description d")
    assert pki('info ca-profile "*"') == '    description "star"'


def test_admin_states_are_shown_always_when_the_environment_wants_it(pki):
    pki("ca-profile x description d", "environment info-output always-display admin-state true")
    assert pki("info ca-profile x") == '    admin-state disable\n    description "d"'
    pki("environment delete info-output")
    assert pki("info ca-profile x") == '    description "d"'


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("rfc-3339", "2026-12-01T00:00:00Z"),
        ("iso-8601", "2026-12-01T00:00:00.0+0000"),
        ("rfc-1123", "Tue, 01 Dec 2026 00:00:00 +0000"),
    ],
)
def test_times_of_state_follow_the_environment(md, form, shown):
    md(f"environment time-format {form}")
    line = md("info flat /state system security pki").splitlines()[1]
    assert line == f'    certificate-auto-update "gw.crt" next-update-time {shown}'


# --- compare ---


def test_compare_shows_lines_around_a_difference(gateways):
    gateways("commit", f"{IPSEC} a entry 2 key k")
    assert gateways(f"compare {IPSEC} a") == ('    entry 2 {\n+       key "k"\n    }')
    assert gateways(f"compare lines 1 {IPSEC} a") == (
        "    entry 2 {\n"
        '        cert "a2.crt"\n'
        '+       key "k"\n'
        "    }"
    )  # fmt: skip
    assert gateways(f"compare {IPSEC} a lines 4").splitlines()[:2] == (
        ['        cert "a1.crt"', "    }"]
    )


def test_compare_shows_lines_after_a_difference_too(gateways):
    gateways(f"{IPSEC} a entry 2 key k", "commit", f"{IPSEC} a entry 2 cert new.crt")
    assert gateways(f"compare lines 1 {IPSEC} a entry 2") == (
        '-   cert "a2.crt"\n+   cert "new.crt"\n    key "k"'
    )


def test_compare_summary_names_what_differs_without_its_content(gateways):
    gateways("commit", f"{IPSEC} a entry 2 key k", f"{IPSEC} c {{ }}", f"delete {IPSEC} b")
    assert gateways("compare summary /configure ipsec") == (
        '-   cert-profile "a" {...}\n'
        '+   cert-profile "a" {...}\n'
        '-   cert-profile "b" {...}\n'
        '+   cert-profile "c" {...}'
    )
    assert gateways("compare summary") == (
        "    configure {\n-       ipsec {...}\n+       ipsec {...}\n    }"
    )


def test_compare_takes_cli_path_before_the_path(pki):
    pki("ca-profile x description d")
    assert pki("compare from baseline to candidate cli-path ca-profile x") == '+   description "d"'


def test_compare_reads_a_configuration_from_a_file(pki, device):
    device.files.save("cf3:\\old.cfg", "configure {\n    system {\n        name old\n    }\n}\n")
    pki("/configure system name new")
    assert pki("compare url cf3:\\old.cfg /configure system") == ('-   name "old"\n+   name "new"')
    assert pki.refused("compare from url cf3:\\none.cfg").startswith("MINOR: MGMT_AGENT #2007")


def test_compare_flat_begins_at_the_present_context(md):
    md("edit-config private", "/configure system name x")
    assert md("compare flat") == '+   configure system name "x"'
    assert md("compare full-context") == '+   /configure system name "x"'
    md("configure system")
    assert md("compare flat") == '+   name "x"'
    assert md("compare full-context") == '+   /configure system name "x"'


def test_compare_needs_the_key_of_a_list(pki):
    assert pki.message("compare ca-profile") == (
        "MINOR: CLI #2001: Missing element value - 'ca-profile-name'"
    )


# --- tree ---


def test_tree_draws_what_is_below_a_context(md):
    assert md("tree /configure ipsec").splitlines()[:5] == [
        "+-- cert-profile",
        "|   +-- admin-state",
        "|   +-- entry",
        "|   |   +-- cert",
        "|   |   +-- compare-chain-include",
    ]


def test_tree_flat_prints_a_path_a_line(md):
    assert md("tree flat /configure ipsec cert-profile x entry 1").splitlines()[-2:] == [
        "send-chain",
        "send-chain ca-profile",
    ]


def test_tree_detail_tells_the_kinds_of_values(md):
    assert "|   +-- entry <id>" in md("tree detail /configure ipsec").splitlines()
    assert "entry <id> rsa-signature (pkcs1|pss)" in md(
        "tree flat detail /configure ipsec cert-profile"
    )


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("info json xml", "xml"),
        ("info flat detail full-context", "full-context"),
        ("compare flat full-context", "full-context"),
        ("compare summary flat", "flat"),
    ],
)
def test_only_one_form_can_be_asked_for(pki, command, word):
    assert pki.message(command) == f"MINOR: MGMT_CORE #2201: Unknown element - '{word}'"


def test_tree_leaves_out_what_is_not_emulated(md):
    shown = md("tree").splitlines()
    assert "+-- file" in shown
    assert "|   +-- certificate" in shown
    assert not {"+-- ping", "+-- tools", "|   +-- router", "|   +-- format"} & set(shown)
    assert "show router" not in md("tree flat").splitlines()


def test_tree_gnmi_path_prints_paths_from_the_root(md):
    lines = md("tree gnmi-path /configure ipsec").splitlines()
    assert lines[0] == "/configure/ipsec/cert-profile[name=*]"
    assert "/configure/ipsec/cert-profile[name=*]/entry[id=*]/cert" in lines


# --- pwc ---


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ("", f'{PKI} ca-profile "a:b/c"'),
        ("cli-path", f'{PKI} ca-profile "a:b/c"'),
        ("gnmi-path", "/configure/system/security/pki/ca-profile[ca-profile-name=a:b/c]"),
        (
            "json-instance-path",
            '/nokia-conf:configure/system/security/pki/ca-profile[ca-profile-name="a:b/c"]',
        ),
        ("model-path", "/nokia-conf:configure/system/security/pki/ca-profile=a%3Ab%2Fc"),
    ],
)
def test_pwc_names_the_context_in_four_forms(pki, form, place):
    pki('ca-profile "a:b/c"')
    assert pki(f"pwc {form}") == f"Present Working Context:\n{place}"


@pytest.mark.parametrize("form", ["", "cli-path", "gnmi-path", "json-instance-path", "model-path"])
def test_pwc_names_the_root_in_every_form(md, form):
    assert md(f"pwc {form}") == "Present Working Context:\n/"


def test_pwc_escapes_what_would_end_a_key(pki):
    pki('ca-profile "a]b\\\\c"')
    assert pki("pwc gnmi-path").endswith("/ca-profile[ca-profile-name=a\\]b\\\\c]")


def test_pwc_previous_names_the_context_before(pki):
    pki("ca-profile x", "back 2")
    assert pki("pwc previous") == f'Previous Working Context:\n{PKI} ca-profile "x"'
    assert pki("pwc previous gnmi-path").endswith("pki/ca-profile[ca-profile-name=x]")


def test_a_context_without_a_model_has_only_its_own_form(md):
    md("show log")
    assert md("pwc") == "Present Working Context:\n/show log"
    assert md.message("pwc model-path").startswith("MINOR: CLI #2069")


@pytest.mark.parametrize("command", ["info", "compare", "tree", "discard"])
def test_the_name_of_an_element_that_is_left_out_is_asked_for(pki, command):
    pki("ca-profile x", "back")
    assert pki.message(f"{command} cli-path") == "MINOR: CLI #2001: Missing element value - 'path'"
    assert pki("info ca-profile") == '    ca-profile "x" {\n    }'
