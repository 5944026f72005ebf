"""``debug certificate`` and ``no debug``, alike in both CLIs [pki.md 3.2; place decided]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, PKI_FILE_NAME
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.operations.inputs import STATE
from srpki.schema.types import Reference, ValueType

_CA_PROFILE: Final = Reference(f"{STATE}/ca-profile/ca-profile-name", "", NAMED_ITEM)
_EST_PROFILE: Final = Reference("/configure/system/security/pki/est-profile/name", "", NAMED_ITEM)
_CERTIFICATE: Final = Reference(
    f"{STATE}/certificate-auto-update/certificate-file-name", "", PKI_FILE_NAME
)


def _debug(name: str, what: str, kind: ValueType, help_: str) -> Action:
    return Action(
        name=name,
        operation=f"debug.{name}",
        help=help_,
        positional=("name",),
        inputs=(Leaf(name="name", type=kind, mandatory=True, help=what),),
    )


DEBUG: Final = Container(
    name="debug",
    help="Show this session what the node says to others",
    children=(
        Container(
            name="certificate",
            help="Show messages about certificates, in words",
            children=(
                _debug(
                    "auto-certificate-update",
                    "Certificate file that is renewed",
                    _CERTIFICATE,
                    "Show the renewals of one certificate",
                ),
                _debug(
                    "auto-crl-update",
                    "CA profile",
                    _CA_PROFILE,
                    "Show the downloads of the CRL of one CA profile",
                ),
                _debug(
                    "cmpv2",
                    "CA profile",
                    _CA_PROFILE,
                    "Show the CMPv2 messages of one CA profile",
                ),
                _debug(
                    "est",
                    "EST profile",
                    _EST_PROFILE,
                    "Show the EST messages of one EST profile",
                ),
                _debug(
                    "ocsp",
                    "CA profile",
                    _CA_PROFILE,
                    "Show the OCSP messages of one CA profile",
                ),
            ),
        ),
    ),
)

NO_DEBUG: Final = Container(
    name="no",
    help="Switch off",
    children=(
        Action(
            name="debug",
            operation="debug.off",
            help="Switch off all debugging of all sessions",
            inputs=(),
        ),
    ),
)

SHOW_DEBUG: Final = Action(
    name="debug",
    operation="debug.show",
    help="Print what is debugged at present",
    inputs=(),
)
