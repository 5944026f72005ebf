"""``admin``: the same actions, put where each of the two CLIs has them."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import CFLASH_URL, EMPTY_TYPE
from srpki.schema.nodes import Action, Container, Leaf, Rename
from srpki.schema.operations import enrolment, pki

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

_SHOW_CONFIGURATION: Final = Action(
    name="configuration",
    operation="admin.show-configuration",
    help="Print the running configuration as it would be saved",
    classic=Rename("display-config"),
    inputs=(Leaf(name="detail", type=EMPTY_TYPE, help="Print default values too"),),
)

_CMPV2: Final = Container(
    name="cmpv2",
    help="Request certificates of a CA by CMPv2, by hand",
    children=(enrolment.CLEAR_REQUEST, enrolment.INITIAL_REGISTRATION, enrolment.POLL),
)
_EST: Final = Container(
    name="est",
    help="Request certificates of an EST server, by hand",
    children=(enrolment.CA_CERTIFICATES, enrolment.ENROLL, enrolment.RENEW),
)
_ACTIONS: Final = (
    _CMPV2,
    _EST,
    pki.EXPORT,
    pki.GENERATE_KEYPAIR,
    pki.IMPORT,
    pki.RELOAD,
    pki.UPDATE_CERTIFICATE,
)

ADMIN_PKI: Final = Container(
    name="pki",
    help="Make, import, export, request and renew certificates and keys",
    children=_ACTIONS,
)

ADMIN_MD: Final = Container(
    name="admin",
    help="Save, show and administer the node",
    children=(
        _SAVE,
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
    ),
)

ADMIN_CLASSIC: Final = Container(
    name="admin",
    help="Save, show and administer the node",
    children=(
        Container(
            name="certificate",
            help="Make, import, export, request and renew certificates and keys",
            children=_ACTIONS,
        ),
        _SHOW_CONFIGURATION,
        _SAVE,
    ),
)
