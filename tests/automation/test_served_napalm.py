"""NAPALM at a node that ``srpki serve`` lets be reached at the ports that it wants: 22 and 830."""

import pytest
from foreign import library, missing
from served import OWN_ADDRESS

pytestmark = [
    pytest.mark.interop,
    pytest.mark.timeout(300),
    pytest.mark.allow_hosts([OWN_ADDRESS, "127.0.0.1", "::1"]),
    pytest.mark.filterwarnings("ignore"),  # of the libraries below it
]
TEXT = '/configure system security pki ca-profile "napalm" description text'
XML = """<configure xmlns="urn:nokia.com:sros:ns:yang:sr:conf"><system><security><pki>
<ca-profile><ca-profile-name>napalm</ca-profile-name><description>xml</description></ca-profile>
</pki></security></system></configure>"""


@pytest.fixture
def napalm(served):
    if len(served.nodes) < 3:
        missing(f"the ports 22 and 830 of {OWN_ADDRESS} are not to be had")
    driver = library("napalm").get_network_driver("sros")
    with driver(OWN_ADDRESS, "admin", "admin", timeout=60) as device:
        yield device


def test_facts_users_and_configuration(napalm):
    facts = napalm.get_facts()
    assert facts["vendor"] == "Nokia"
    assert facts["hostname"] == "srpki"
    assert facts["model"] and facts["serial_number"] and facts["os_version"]
    assert facts["uptime"] >= 0
    assert napalm.get_users() == {}
    assert "lab-ca" in napalm.get_config(retrieve="running")["running"]
    shown = napalm.cli(["/environment more false", "show version", "show users"])
    assert "TiMOS-C-26.3" in "".join(shown.values())  # it takes the first prompt for an answer
    assert napalm.is_alive() == {"is_alive": True}


def test_lines_that_are_dropped(napalm):
    napalm.load_merge_candidate(config=TEXT)
    assert "napalm" in napalm.compare_config()
    napalm.discard_config()
    assert napalm.compare_config() == ""


def test_lines_that_are_committed_and_taken_back(napalm):
    napalm.cli(["/admin save"])  # what a rollback goes back to
    napalm.load_merge_candidate(config=TEXT)
    napalm.commit_config()
    assert "napalm" in napalm.get_config()["running"]
    napalm.rollback()
    assert "napalm" not in napalm.get_config()["running"]


def test_a_candidate_of_xml(napalm):
    napalm.load_merge_candidate(config=XML)
    assert "xml" in napalm.compare_config()
    napalm.discard_config()
    assert napalm.compare_config() == ""
    before = napalm.get_config(retrieve="running")["running"]
    napalm.load_merge_candidate(config=XML)
    napalm.commit_config()
    assert "napalm" in napalm.get_config(retrieve="running")["running"]
    napalm.load_replace_candidate(config=before)
    napalm.commit_config()
    assert napalm.get_config(retrieve="running")["running"] == before
