"""The inventory of ``srpki serve``: what it may say, and what is said of what it may not."""

import pytest

from srpki.core.errors import UsageError
from srpki.frontend.node import opened
from srpki.frontend.serve import inventory
from srpki.frontend.serve.places import Address, LabPlace, User, address
from srpki.frontend.serve.users import configure
from srpki.management.access.users import user


@pytest.fixture
def read(tmp_path):
    """Read an inventory of this text."""

    def read(text):
        file = tmp_path / "nodes.toml"
        file.write_text(text)
        return inventory.read(file)

    return read


def test_a_node_is_a_table(read, tmp_path):
    first, second = read(
        """
        [labs.town]
        [nodes.gw1]
        lab = "town"
        ssh = "127.0.0.2"
        netconf = ["127.0.0.2", "[::1]:8830"]
        [nodes.gw1.users.alice]
        password = "Secret1!"
        access = ["netconf"]
        [nodes.gw2]
        directory = "elsewhere/two"
        lab = true
        mode = "mixed"
        """
    )
    assert (first.name, first.directory) == ("gw1", tmp_path / "gw1")
    assert first.lab == LabPlace("town", tmp_path / "town")
    assert first.ssh == (Address("127.0.0.2", 22),)
    assert first.netconf == (Address("127.0.0.2", 830), Address("::1", 8830))
    assert first.users == (User("alice", "Secret1!", ("administrative",), ("netconf",)),)
    assert (second.directory, second.lab, second.mode) == (
        tmp_path / "elsewhere" / "two",
        True,
        "mixed",
    )
    assert second.ssh == (Address("127.0.0.1", 0),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no node"),
        ("nodes = 1", "'nodes' is no table"),
        ("[node.gw1]", "'node' is not known - known are labs, nodes"),
        ("[nodes.gw1]\nadress = 'x'", "[nodes.gw1] of * 'adress' is not known"),
        (
            "[nodes.gw1]\nssh = 'localhost:22'",
            "[nodes.gw1] of * 'ssh': 'localhost:22' is not an IP",
        ),
        ("[nodes.gw1]\nssh = '1.2.3.4:99999'", "a port is at most 65535"),
        ("[nodes.gw1]\nssh = 1", "'ssh' is neither text nor a list"),
        ("[nodes.gw1]\nlab = 'town'", "'lab' is 'town' - it is true, false or the NAME"),
        ("[nodes.gw1]\nmode = 'wild'", "'mode' is 'wild' - it is one of classic, mixed"),
        ("[nodes.gw1]\ndirectory = 7", "'directory' is no text"),
        ("[labs.x]\nclock = 1\n[nodes.gw1]", "[labs.x] of * 'clock' is not known"),
        ("[nodes.gw1.users.a]", "[nodes.gw1.users.a] of * 'password' is missing"),
        (
            "[nodes.gw1.users.a]\npassword = 'x'\naccess = 'ftp'",
            "'access' is 'ftp' - known are console",
        ),
        ("[nodes.gw1.users]\na = 1", "[nodes.gw1.users.a] of * it is no table"),
        ("[nodes.a]\ndirectory = 'x'\n[nodes.b]\ndirectory = './x'", "the node b is named twice"),
        ("[nodes.a]\nssh = '::1'\n[nodes.b]\nssh = '[::1]:22'", "is not an IP address"),
        (
            "[nodes.a]\nssh = '[::1]'\n[nodes.b]\nssh = '[::1]:22'",
            "a and b cannot both listen on [::1]:22",
        ),
        ("[nodes", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_table(read, text, said):
    with pytest.raises(UsageError) as raised:
        read(text)
    before, _, after = said.partition(" * ")
    assert before in str(raised.value)
    assert after in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot read "):
        inventory.read(tmp_path / "gone.toml")


@pytest.mark.parametrize("text", ["", ":22", "localhost", "[::1", "::1", "1.2.3.4:x", "1.2.3:22"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(UsageError, match="is not an IP address and a port"):
        address(text, 22)


def test_users_are_configured_in_every_mode_and_left_as_they_are(tmp_path):
    users = (User("alice", "Secret-1!", ("administrative",), ("console",)),)
    with opened(tmp_path / "node", lab=False, mode="classic") as router:
        configure(router, users)
        running = router.node.datastore.running
        found = user(running, "alice")
        assert found.password.startswith("$2y$")
        assert (found.members, found.access) == (("administrative",), {"console"})
        configure(router, (users[0].but(password="Other-1!"),))
        assert router.node.datastore.running is running
        with pytest.raises(UsageError, match="the user bob of the inventory cannot be configured"):
            configure(router, (User("bob", "x", ("administrative",), ("console",)),))
