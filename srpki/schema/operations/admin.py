"""``admin``: the same actions, put where each of the two CLIs has them."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import CFLASH_URL, EMPTY_TYPE, IP_ADDRESS
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf
from srpki.schema.operations import absent, enrolment, pki, reload, revocation
from srpki.schema.operations.access import CLEAR
from srpki.schema.operations.clock import SET, SET_TIME
from srpki.schema.operations.rollback import ROLLBACK
from srpki.schema.types import Enumeration, Integer, Text, ValueType

_SAVE: Final = Action(
    name="save",
    operation="admin.save",
    help="Write the running configuration to the flash, for the next start",
    positional=("url",),
    inputs=(
        Leaf(
            name="url",
            type=CFLASH_URL,
            help="Other file on cf3: to write; the next start does not read it",
        ),
    ),
)


def _one(name: str, kind: ValueType, help_: str) -> Case:
    return Case(name=name, children=(Leaf(name=name, type=kind, help=help_),))


def _flag(name: str, help_: str) -> Case:
    return _one(name, EMPTY_TYPE, help_)


_DETAIL: Final = Leaf(name="detail", type=EMPTY_TYPE, help="Print default values too")
_SHOW_CONFIGURATION: Final = Action(
    name="configuration",
    operation="admin.show-configuration",
    help="Print the running configuration as it would be saved",
    inputs=(
        Choice(
            name="region",
            default="configure",
            cases=(
                _flag("bof", "The boot options: not emulated"),
                _flag("configure", "The configuration of the node"),
                _flag("debug", "What is debugged: not emulated"),
                _flag("li", "Lawful interception: not emulated"),
            ),
        ),
        Choice(
            name="layout",
            cases=(
                _flag("flat", "Show each element on one line"),
                _flag("full-context", "Show each element on one line that can be typed anywhere"),
                _flag("json", "Show JSON"),
                _flag("xml", "Show XML"),
            ),
        ),
        _DETAIL,
    ),
)
"""The MD-CLI lets the path of an element follow."""

_DISPLAY_CONFIG: Final = Action(
    name="display-config",
    operation="admin.display-config",
    help="Print the running configuration as it would be saved",
    inputs=(
        Choice(
            name="extent",
            cases=(
                Case(name="detail", children=(_DETAIL,)),
                _flag("index", "Show the persistent indices only"),
            ),
        ),
    ),
)

_REBOOT: Final = Action(
    name="reboot",
    operation="admin.reboot",
    help="Restart the node with the saved configuration; all sessions end",
    question="Are you sure you want to reboot (y/n)? ",
    inputs=(Leaf(name="now", type=EMPTY_TYPE, help="Do not ask first"),),
)

_DISCONNECT: Final = Action(
    name="disconnect",
    operation="admin.disconnect",
    help="End sessions of users",
    inputs=(
        Choice(
            name="sessions",
            mandatory=True,
            cases=(
                _one("address", IP_ADDRESS, "Sessions from this address"),
                _one("session-id", Integer("uint32", 1), "The session with this number"),
                _one(
                    "session-type",
                    Enumeration(("console", "ssh")),
                    "Sessions that came by this way",
                ),
                _one("username", Text(length=(1, 32)), "Sessions of this user"),
            ),
        ),
    ),
)

_REDUNDANCY: Final = Container(
    name="redundancy",
    help="The standby CPM, of which this node has none",
    children=(
        Container(
            name="synchronize",
            help="Bring the standby CPM up to date; with one CPM nothing is to be done",
            children=(
                *absent.ADMIN_SYNCHRONIZE,
                Action(
                    name="certificate",
                    operation="admin.synchronize-certificate",
                    help="Copy the imported files to the standby CPM",
                    inputs=(),
                ),
            ),
        ),
        *absent.ADMIN_REDUNDANCY,
    ),
)
"""[pki.md 2, observed-2.md 14]; the classic ``cert`` is short for the same word."""

_CMPV2_ACTIONS: Final = (
    enrolment.CERT_REQUEST,
    enrolment.CLEAR_REQUEST,
    enrolment.INITIAL_REGISTRATION,
    enrolment.KEY_UPDATE,
    enrolment.POLL,
)


def _cmpv2(*more: Action) -> Container:
    return Container(
        name="cmpv2",
        help="Request certificates of a CA by CMPv2, by hand",
        children=(*_CMPV2_ACTIONS, *more),
    )


_EST: Final = Container(
    name="est",
    help="Request certificates of an EST server, by hand",
    children=(enrolment.CA_CERTIFICATES, enrolment.ENROLL, enrolment.RENEW),
)
_ACTIONS: Final = (
    revocation.CLEAR_OCSP_CACHE,
    revocation.CRL_UPDATE,
    _EST,
    pki.CONVERT_FILE,
    pki.EXPORT,
    pki.GENERATE_CSR,
    pki.GENERATE_KEYPAIR,
    pki.IMPORT,
    pki.UPDATE_CERTIFICATE,
)

ADMIN_PKI: Final = Container(
    name="pki",
    help="Make, import, export, request and renew certificates and keys",
    children=(
        _cmpv2(),
        *_ACTIONS,
        reload.RELOAD,
        Container(name="show", help="What PKI files hold", children=(pki.FILE_CONTENT,)),
    ),
)

ADMIN_MD: Final = Container(
    name="admin",
    help="Save, show and administer the node",
    children=(
        CLEAR,
        _DISCONNECT,
        _REBOOT,
        _REDUNDANCY,
        _SAVE,
        SET,
        Container(
            name="show", help="Print what the node would save", children=(_SHOW_CONFIGURATION,)
        ),
        Container(
            name="system",
            help="Security and other parts of the system",
            children=(
                Container(
                    name="security",
                    help="Certificates and keys",
                    children=(ADMIN_PKI,),
                ),
            ),
        ),
        *absent.ADMIN,
    ),
)

ADMIN_CLASSIC: Final = Container(
    name="admin",
    help="Save, show and administer the node",
    children=(
        Container(
            name="certificate",
            help="Make, import, export, request and renew certificates and keys",
            # The MD-CLI shows the request in the state tree [pki.md section 2].
            children=(
                _cmpv2(enrolment.SHOW_REQUEST),
                *_ACTIONS,
                pki.FILE_CONTENT,
                reload.RELOAD_TYPE,
                *absent.ADMIN_CERTIFICATE,
            ),
        ),
        CLEAR,
        _DISCONNECT,
        _DISPLAY_CONFIG,
        _REBOOT,
        _REDUNDANCY,
        ROLLBACK,
        _SAVE,
        SET_TIME,
        *absent.ADMIN,
    ),
)
