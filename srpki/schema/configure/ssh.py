"""``configure system security ssh``: the SSH server of the node.

[facts: configure-system-security-ssh.json; classic: system management guides]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import ADMIN_STATE, BOOLEAN
from srpki.schema.nodes import (
    Arg,
    Container,
    Leaf,
    Line,
    ListNode,
    Rename,
)
from srpki.schema.types import Enumeration, Integer, Union

_INFINITE: Final = Enumeration(("infinite",))
_VERSION_2: Final = ("protocol-version", "2")


def _algorithms(
    what: str, entry: str, base: str, names: tuple[str, ...], help_: str, *, words: tuple[str, ...]
) -> Container:
    return Container(
        name=f"server-{what}-list-v2",
        help=f"{help_} that the server offers; all that it knows when there is none",
        classic=Rename(f"server-{what}-list", words),
        children=(
            ListNode(
                name=entry,
                keys=("index",),
                help=f"{help_}; that with the lowest number is preferred",
                classic=Line(entry, (Arg("index"), Arg("name", "name"))),
                children=(
                    Leaf(name="index", type=Integer(base, 1, 255), help="Number of the entry"),
                    Leaf(
                        name="name",
                        type=Enumeration(names),
                        mandatory=True,
                        help="Name in the protocol; those that are broken are never offered",
                    ),
                ),
            ),
        ),
    )


_CIPHERS: Final = _algorithms(
    "cipher",
    "cipher",
    "int32",
    (
        "3des-cbc",
        "aes128-cbc",
        "aes192-cbc",
        "aes256-cbc",
        "aes128-ctr",
        "aes192-ctr",
        "aes256-ctr",
        "blowfish-cbc",
        "cast128-cbc",
        "arcfour",
        "rijndael-cbc",
    ),
    "Cipher",
    words=_VERSION_2,
)
_MACS: Final = _algorithms(
    "mac",
    "mac",
    "uint32",
    (
        "hmac-sha2-512",
        "hmac-sha2-256",
        "hmac-sha1",
        "hmac-sha1-96",
        "hmac-md5",
        "hmac-md5-96",
        "hmac-ripemd160",
        "hmac-ripemd160-openssh-com",
    ),
    "Message authentication code",
    words=(),
)
_KEY_EXCHANGES: Final = _algorithms(
    "kex",
    "kex",
    "uint32",
    (
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group16-sha512",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
    ),
    "Key exchange",
    words=(),
)
_HOST_KEYS: Final = _algorithms(
    "host-key",
    "host-key",
    "uint32",
    (
        "ssh-rsa",
        "rsa-sha2-256",
        "rsa-sha2-512",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "ssh-ed25519",
        "ssh-dss",
    ),
    "Algorithm of host keys",
    words=(),
)

_KEY_RE_EXCHANGE: Final = Container(
    name="key-re-exchange",
    help="When the keys of a session are exchanged anew",
    children=(
        Container(
            name="server",
            help="In sessions with the server",
            children=(
                Leaf(
                    name="minutes",
                    type=Union((Integer("uint32", 1, 1440), _INFINITE)),
                    default="60",
                    units="minutes",
                    help="Time after which keys are exchanged anew",
                ),
                Leaf(
                    name="mbytes",
                    type=Union((Integer("uint32", 1, 64000), _INFINITE)),
                    default="1024",
                    units="megabytes",
                    help="Amount of data after which keys are exchanged anew",
                ),
                Leaf(
                    name="admin-state",
                    type=ADMIN_STATE,
                    default="enable",
                    help="Whether keys are exchanged anew",
                ),
            ),
        ),
    ),
)

_AUTHENTICATION_METHOD: Final = Container(
    name="authentication-method",
    help="How users may prove who they are",
    children=(
        Container(
            name="server",
            help="When they log in here",
            children=(
                Leaf(
                    name="public-key-only",
                    type=BOOLEAN,
                    default="false",
                    help="Take no passwords, only public keys",
                ),
            ),
        ),
    ),
)

SSH: Final = Container(
    name="ssh",
    help="SSH server of the node",
    children=(
        Leaf(
            name="preserve-key",
            type=BOOLEAN,
            default="false",
            help="Not emulated: keep the host key over a restart; here it is always kept",
            emulated=False,
        ),
        Leaf(
            name="server-admin-state",
            type=ADMIN_STATE,
            default="enable",
            help="Whether sessions over SSH may begin",
            classic=Rename("server-shutdown"),
        ),
        Leaf(
            name="version",
            type=Enumeration(("1", "2", "1-2")),
            default="2",
            help="Not emulated: version of the protocol; here it is always 2",
            emulated=False,
        ),
        Leaf(
            name="permit-empty-passwords",
            type=BOOLEAN,
            default="true",
            help="Not emulated: let users without a password in; here each has one",
            emulated=False,
        ),
        Leaf(
            name="listening-port",
            type=Integer("int32", 1024, 49151, named="tcp-udp-port-non-zero", below=(22,)),
            default="22",
            help="Not emulated: port of the server; here it is given when it is started",
            emulated=False,
        ),
        _CIPHERS,
        _MACS,
        _KEY_RE_EXCHANGE,
        _KEY_EXCHANGES,
        _HOST_KEYS,
        _AUTHENTICATION_METHOD,
    ),
)
