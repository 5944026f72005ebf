"""``configure system security user-params``: who may log in, and how passwords are handled.

[facts: configure-system-security-user-params.json; classic: public configurations, where the users
stand in ``system security`` itself and the rest in ``system security password``]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, NAMED_ITEM, NOT_ALL_SPACES, FlashUrl, description
from srpki.schema.configure.passwords import ATTEMPTS, PASSWORD
from srpki.schema.configure.profiles import to_profile
from srpki.schema.nodes import (
    Arg,
    Container,
    Inline,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Maybe,
    Numbered,
    Rename,
)
from srpki.schema.types import Enumeration, Integer, Text

_ACCESS: Final = (
    ("console", "Let him in at the console and over SSH, to the CLI and to files"),
    ("ftp", "Not emulated: let him in over FTP"),
    ("snmp", "Not emulated: let him in over SNMP"),
    ("netconf", "Let him in over NETCONF"),
    ("grpc", "Not emulated: let him in over gRPC"),
    ("li", "Not emulated: let him see lawful interception"),
    ("scp-sftp", "Let him copy files by SCP and SFTP"),
    ("console-port-cli", "Let him in at the console"),
    ("ssh-cli", "Let him in at the CLI over SSH"),
    ("telnet-cli", "Not emulated: let him in over Telnet"),
    ("bluetooth", "Not emulated: let him in over Bluetooth"),
)


def _flag(name: str, help_: str, default: str = "false") -> Leaf:
    emulated = not help_.startswith("Not emulated")
    return Leaf(name=name, type=BOOLEAN, default=default, help=help_, emulated=emulated)


def _keys(kind: str, longest: int) -> Container:
    return Container(
        name=kind,
        help=f"Public keys of the kind {kind.upper()}",
        children=(
            ListNode(
                name=f"{kind}-key",
                keys=(f"{kind}-public-key-id",),
                help="Public key that he may log in with",
                children=(
                    Leaf(
                        name=f"{kind}-public-key-id",
                        type=Integer("uint32", 1, 32),
                        help="Number of the key",
                    ),
                    description("key"),
                    Leaf(
                        name="key-value",
                        type=Text(
                            length=(1, longest),
                            patterns=(NOT_ALL_SPACES,),
                            named="string-not-all-spaces",
                        ),
                        help="The key in base64, as it stands in a file of OpenSSH",
                    ),
                ),
            ),
        ),
    )


_SERVER_METHOD: Final = Container(
    name="ssh-authentication-method",
    help="How he may prove who he is over SSH",
    children=(
        Container(
            name="server",
            help="When he logs in here",
            children=(
                Leaf(
                    name="public-key-only",
                    type=Enumeration(("false", "true"), named="bool-with-inherit"),
                    help="Take no password of him; left out, as for all users",
                ),
            ),
        ),
    ),
)

_USER: Final = ListNode(
    name="user",
    keys=("user-name",),
    help="Somebody who may log in",
    classic=Numbered(named=False, up=2, order=("password", "access")),
    children=(
        Leaf(name="user-name", type=NAMED_ITEM, help="Name that he logs in with"),
        Leaf(
            name="home-directory",
            type=FlashUrl(
                length=(1, 200), patterns=(r"cf[1-4]:.*",), named="cflash-without-slot-url"
            ),
            help="Directory on the flash that he begins in",
        ),
        Leaf(
            name="password",
            type=Text(length=(3, 136), named="hashed-leaf", hashed=True),
            help="Password, in clear or as its hash; only the hash is kept",
        ),
        _flag("restricted-to-home", "Let him reach no file outside of his home directory", "true"),
        _flag("save-when-restricted", "Let him save the configuration all the same", "true"),
        LeafList(
            name="cli-engine",
            type=Enumeration(("classic-cli", "md-cli"), named="cli-engine-type"),
            max_elements=2,
            help="CLIs that he may use; his sessions begin in the first of them",
        ),
        Container(
            name="access",
            help="Ways in which he may come in",
            classic=Line("access", tuple(Maybe((Arg(name, name),)) for name, _ in _ACCESS)),
            children=tuple(_flag(name, help_) for name, help_ in _ACCESS),
        ),
        Container(
            name="console",
            help="What he may do once he is in",
            children=(
                _flag("cannot-change-password", "Keep him from changing his password"),
                Leaf(
                    name="login-exec",
                    type=Text(
                        length=(1, 200),
                        patterns=(NOT_ALL_SPACES,),
                        named="string-not-all-spaces",
                    ),
                    help="Not emulated: file of commands that is run when he logs in",
                    emulated=False,
                ),
                _flag("new-password-at-login", "Want a new password of him when he logs in"),
                LeafList(
                    name="member",
                    type=to_profile("../../../../../aaa/local-profiles/profile/user-profile-name"),
                    max_elements=8,
                    help="Profiles that say what he may do, asked in this order",
                ),
            ),
        ),
        Container(
            name="public-keys",
            help="Keys that he may log in with",
            children=(_keys("ecdsa", 255), _keys("rsa", 800)),
        ),
        _SERVER_METHOD,
    ),
)

_AUTHENTICATION_ORDER: Final = Container(
    name="authentication-order",
    help="Not emulated: which servers are asked about a user; the node itself knows its users",
    classic=Line(
        "authentication-order",
        (Maybe((Arg("order"),)), Maybe((Arg("exit-on-reject", "exit-on-reject"),))),
    ),
    children=(
        LeafList(
            name="order",
            type=Enumeration(
                ("local", "radius", "tacplus", "ldap"), named="password-authentication-order"
            ),
            max_elements=4,
            help="Not emulated: who is asked, in this order",
        ),
        _flag("exit-on-reject", "Not emulated: ask nobody after one who has refused"),
    ),
)

USER_PARAMS: Final = Container(
    name="user-params",
    help="Who may log in, and how passwords are handled",
    classic=Rename("password"),
    children=(
        ATTEMPTS,
        _AUTHENTICATION_ORDER,
        Container(
            name="local-user",
            help="Users of the node itself",
            classic=Inline(),
            children=(PASSWORD, _USER),
        ),
    ),
)
