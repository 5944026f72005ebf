"""``show``: what the node tells, alike in both CLIs [cli.md 1.9, pki.md section 6]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, PKI_FILE_NAME
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.operations import absent
from srpki.schema.operations.access import SHOW_USER
from srpki.schema.operations.debug import SHOW_DEBUG
from srpki.schema.operations.inputs import STATE
from srpki.schema.operations.show_ipsec import IPSEC
from srpki.schema.operations.show_log import LOG
from srpki.schema.operations.show_scripts import SCRIPT_CONTROL
from srpki.schema.types import Reference, ValueType

_PKI: Final = "/configure/system/security/pki"
_TLS: Final = "/configure/system/security/tls"


def _plain(name: str, operation: str, help_: str) -> Action:
    return Action(name=name, operation=operation, help=help_, inputs=())


def _profiles(operation: str, help_: str, target: str, kind: ValueType = NAMED_ITEM) -> Action:
    """Return a command that shows the entries of the list that the key *target* belongs to."""
    *_, entries, key = target.split("/")
    leaf = Leaf(
        name=key, type=Reference(target, "", kind), help=f"Print this {entries} alone, in full"
    )
    return Action(name=entries, operation=operation, help=help_, positional=(key,), inputs=(leaf,))


_CA_PROFILE: Final = _profiles(
    "show.certificate.ca-profile",
    "Print the state of CA profiles",
    f"{STATE}/ca-profile/ca-profile-name",
)
_AUTO_UPDATE: Final = _profiles(
    "show.certificate.auto-update",
    "Print state, last and next renewal of certificates",
    f"{STATE}/certificate-auto-update/certificate-file-name",
    PKI_FILE_NAME,
)
_UPDATE_PROFILE: Final = _profiles(
    "show.certificate.update-profile",
    "Print when and how certificates are renewed",
    f"{_PKI}/certificate-update-profile/name",
)
_EST_PROFILE: Final = _profiles(
    "show.certificate.est-profile",
    "Print EST servers and what authenticates the node to them",
    f"{_PKI}/est-profile/name",
)
_CRL: Final = _CA_PROFILE._replace(
    name="crl",
    operation="show.certificate.crl",
    help="Print issuer, dates and size of the CRLs of CA profiles",
)

_CERTIFICATE: Final = Container(
    name="certificate",
    help="State of CA profiles and of automatic renewal",
    children=(
        _AUTO_UPDATE._replace(name="auto-update"),
        _CA_PROFILE,
        _UPDATE_PROFILE,
        _CRL,
        _EST_PROFILE,
        _plain(
            "files",
            "show.certificate.files",
            "List the imported files: whose, until when, who uses them (not part of SR OS)",
        ),
        _plain(
            "ocsp-cache",
            "show.certificate.ocsp-cache",
            "Print the answers of OCSP responders that are kept",
        ),
    ),
)

_TLS_PROFILES: Final = Container(
    name="tls",
    help="Certificates and trust anchors of TLS connections",
    children=(
        _profiles(
            "show.tls.cert-profile",
            "Print which pairs of certificate and key are loaded",
            f"{_TLS}/cert-profile/cert-profile-name",
        ),
        _profiles(
            "show.tls.client-tls-profile",
            "Print how the node connects to TLS servers",
            f"{_TLS}/client-tls-profile/client-profile-name",
        ),
        _profiles(
            "show.tls.trust-anchor-profile",
            "Print which CAs are trusted, and their state",
            f"{_TLS}/trust-anchor-profile/trust-anchor-profile-name",
        ),
    ),
)

_SYSTEM: Final = Container(
    name="system",
    help="State of the node as a whole",
    children=(
        _plain(
            "information",
            "show.system.information",
            "Print name, version, uptime and configuration mode of the node",
        ),
        Container(
            name="management-interface",
            help="Who edits the configuration, and who did",
            children=(
                _plain(
                    "commit-history",
                    "show.system.commit-history",
                    "Print who committed when, the latest first",
                ),
                _plain(
                    "configuration-sessions",
                    "show.system.configuration-sessions",
                    "Print who is in which configuration mode",
                ),
            ),
        ),
        SCRIPT_CONTROL,
        Container(
            name="security",
            help="State of certificates, of TLS and of users",
            children=(
                Container(
                    name="pki",
                    help="State of CA profiles and of automatic renewal",
                    children=(_CA_PROFILE, _AUTO_UPDATE, _UPDATE_PROFILE, _EST_PROFILE),
                ),
                _TLS_PROFILES,
                SHOW_USER,
                *absent.SHOW_SECURITY,
            ),
        ),
        *absent.SHOW_SYSTEM,
    ),
)

SHOW: Final = Container(
    name="show",
    help="Print state and counters of the node",
    children=(
        _CERTIFICATE,
        SHOW_DEBUG,
        IPSEC,
        LOG,
        _SYSTEM,
        _plain("time", "show.time", "Print the time of the node"),
        _plain("uptime", "show.uptime", "Print how long the node has been up"),
        _plain("users", "show.users", "Print who is logged in, from where and since when"),
        _plain("version", "show.version", "Print which software the node runs"),
        *absent.SHOW,
    ),
)
