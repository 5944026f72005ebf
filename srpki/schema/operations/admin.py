"""``admin``: the same actions, put where each of the two CLIs has them."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import CFLASH_URL, EMPTY_TYPE
from srpki.schema.nodes import Action, Container, Leaf, Rename
from srpki.schema.operations import enrolment, pki

_SAVE: Final = Action(
    name="save",
    operation="admin.save",
    help="Save the running configuration",
    positional=("url",),
    inputs=(
        Leaf(
            name="url",
            type=CFLASH_URL,
            help="File to save to instead of the one that is loaded at the start",
        ),
    ),
)

_SHOW_CONFIGURATION: Final = Action(
    name="configuration",
    operation="admin.show-configuration",
    help="Show the running configuration as it would be saved",
    classic=Rename("display-config"),
    inputs=(Leaf(name="detail", type=EMPTY_TYPE, help="Show default values too"),),
)

_CMPV2: Final = Container(
    name="cmpv2",
    help="Requests to CMPv2 servers",
    children=(
        enrolment.CERT_REQUEST,
        enrolment.CLEAR_REQUEST,
        enrolment.INITIAL_REGISTRATION,
        enrolment.KEY_UPDATE,
        enrolment.POLL,
    ),
)
_EST: Final = Container(
    name="est",
    help="Requests to EST servers",
    children=(enrolment.CA_CERTIFICATES, enrolment.ENROLL, enrolment.RENEW),
)
_ACTIONS: Final = (
    _CMPV2,
    _EST,
    pki.EXPORT,
    pki.GENERATE_CSR,
    pki.GENERATE_KEYPAIR,
    pki.IMPORT,
    pki.RELOAD,
    pki.UPDATE_CERTIFICATE,
)

ADMIN_PKI: Final = Container(
    name="pki",
    help="Certificates, keys and CRLs",
    children=(
        *_ACTIONS,
        Container(name="show", help="What PKI files hold", children=(pki.FILE_CONTENT,)),
    ),
)

ADMIN_MD: Final = Container(
    name="admin",
    help="Commands that administer the node",
    children=(
        _SAVE,
        Container(name="show", help="What the node would save", children=(_SHOW_CONFIGURATION,)),
        Container(
            name="system",
            help="Commands that administer the system",
            children=(
                Container(
                    name="security",
                    help="Commands that administer security",
                    children=(ADMIN_PKI,),
                ),
            ),
        ),
    ),
)

ADMIN_CLASSIC: Final = Container(
    name="admin",
    help="Commands that administer the node",
    children=(
        Container(
            name="certificate",
            help="Certificates, keys and CRLs",
            children=(*_ACTIONS, pki.FILE_CONTENT),
        ),
        _SHOW_CONFIGURATION,
        _SAVE,
    ),
)
