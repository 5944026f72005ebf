"""What is told when a node can be reached."""

import json

from srpki.frontend.serve.places import Address
from srpki.frontend.serve.ready import Ready

AT = (Address("127.0.0.1", 8830),)


def test_it_is_said_where_netconf_is_enabled_by_the_command_alone():
    ready = Ready(node="gw1", ssh=(), netconf=AT, host_key="k", enabled=False)
    assert ready.sentences().splitlines()[1] == (
        "  NETCONF at 127.0.0.1:8830, enabled by this command: the configuration does not"
    )
    assert ready.but(enabled=True).sentences().splitlines()[1] == "  NETCONF at 127.0.0.1:8830"
    assert json.loads(ready.record())["netconf_port"] == 8830
