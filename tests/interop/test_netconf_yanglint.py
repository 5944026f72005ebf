"""yanglint (libyang) judges what a NETCONF client is answered, by the modules that it is given."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import maximum
import pytest
import yang
from foreign import library, need, run
from netconf import Client

from srpki.frontend.node import opened

pytestmark = pytest.mark.interop

WITH_DEFAULTS = (
    '<with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">{}'
    "</with-defaults>"
)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as router:
        store = router.node.datastore
        tree = store.seal_all(maximum.configuration(most=2, nested=1))
        with store.lock:
            store.replace(tree, ())
        found = Client(router)
        yield found
        found.close()


@pytest.mark.parametrize("defaults", ["explicit", "report-all"])
def test_get_config_is_valid(client, tmp_path, defaults):
    yang.write(tmp_path)
    reply = client.rpc(
        f"<get-config><source><running/></source>{WITH_DEFAULTS.format(defaults)}</get-config>"
    )
    judged(tmp_path, reply[0][0], "nokia-conf", "config")


def test_state_is_valid_with_the_configuration_that_it_refers_to(client, tmp_path):
    yang.write(tmp_path)
    reply = client.rpc("<get/>")
    state = next(one for one in reply[0] if one.tag.endswith("sr:state}state"))
    judged(tmp_path, state, "nokia-state", "get")


@pytest.mark.parametrize("defaults", ["explicit", "report-all"])
def test_get_config_as_json_is_valid(client, tmp_path, defaults):
    yang.write(tmp_path)
    more = f"{WITH_DEFAULTS.format(defaults)}<format>json</format>"
    reply = client.rpc(f"<get-config><source><running/></source>{more}</get-config>")
    (tmp_path / "data.json").write_text(reply[0].text)
    words = ("-p", tmp_path, "-t", "config", tmp_path / "nokia-conf.yang", tmp_path / "data.json")
    run(need("yanglint"), *words)


def test_state_as_json_is_valid_but_for_what_it_refers_to(client, tmp_path):
    yang.write(tmp_path)
    space = "urn:nokia.com:sros:ns:yang:sr:state"
    wanted = f'<filter><state xmlns="{space}"/></filter><format>json</format>'
    (tmp_path / "data.json").write_text(client.rpc(f"<get>{wanted}</get>")[0].text)
    words = ("-p", tmp_path, "-t", "get", tmp_path / "nokia-state.yang", tmp_path / "data.json")
    run(need("yanglint"), *words)


IETF = Path(sys.prefix) / "share" / "yang" / "modules" / "ietf"
"""The modules of the IETF, as pyang brings them."""


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("ietf-netconf-monitoring", "netconf-state"),
        ("ietf-yang-library", "yang-library"),
        ("ietf-yang-library", "modules-state"),
    ],
)
def test_what_netconf_says_of_itself_is_valid(client, tmp_path, module, name):
    library("pyang")
    client.ok("<lock><target><running/></target></lock>")
    wanted = f'<{name} xmlns="urn:ietf:params:xml:ns:yang:{module}"/>'
    client.rpc(f"<get><filter>{wanted}</filter></get>")
    (found,) = re.findall(rb"<data>(.+)</data>", client.text, re.DOTALL)
    client.ok("<unlock><target><running/></target></unlock>")
    (tmp_path / "data.xml").write_bytes(found)
    schemas = [IETF / f"{one}.yang" for one in (module, "ietf-datastores")]
    run(need("yanglint"), "-p", IETF, "-t", "get", *schemas, tmp_path / "data.xml")


def judged(directory, element, module, kind):
    (directory / "data.xml").write_bytes(ET.tostring(element))
    words = ("-p", directory, "-t", kind, directory / f"{module}.yang", directory / "data.xml")
    run(need("yanglint"), *words)
