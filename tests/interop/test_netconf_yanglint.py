"""yanglint (libyang) judges what a NETCONF client is answered, by the modules that it is given."""

from xml.etree import ElementTree as ET

import maximum
import pytest
import yang
from foreign import need, run
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


def judged(directory, element, module, kind):
    (directory / "data.xml").write_bytes(ET.tostring(element))
    words = ("-p", directory, "-t", kind, directory / f"{module}.yang", directory / "data.xml")
    done = run(need("yanglint"), *words)
    assert done.returncode == 0
