"""``ca-profile``: a certification authority, how to reach it and how to check what it issued.

[facts: configure-system-security-pki.json]. The classic names inside ``auto-crl-update`` are those
recalled in pki.md section 4.3.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    DESCRIPTION,
    HTTP_OPTIONAL_URL,
    HTTP_PATH_URL,
    NAMED_ITEM,
    PKI_FILE_NAME,
    SERVICE_NAME,
    admin_state,
    to_transmission_profile,
)
from srpki.schema.configure.authority_cmpv2 import CMPV2
from srpki.schema.nodes import (
    Container,
    Deferred,
    Leaf,
    ListNode,
    Rename,
)
from srpki.schema.types import Enumeration, Integer

_DURATION: Final = Integer("uint32", 0, 31622400, named="time-duration")

_OCSP: Final = Container(
    name="ocsp",
    auto_restart=True,
    help="Ask an OCSP responder whether certificates of this CA are revoked",
    children=(
        Leaf(
            name="responder-url",
            type=HTTP_OPTIONAL_URL,
            auto_restart=True,
            help="URL of the OCSP responder, as http://host:port/path",
        ),
        Leaf(
            name="service-name",
            type=SERVICE_NAME,
            auto_restart=True,
            help="Service (VPRN) through which the OCSP responder is reached",
        ),
        Leaf(
            name="transmission-profile",
            type=to_transmission_profile("../../../../../transmission-profile/name"),
            auto_restart=True,
            help="Source address, timeout and retries towards the OCSP responder",
        ),
    ),
)

_AUTO_CRL_UPDATE: Final = Container(
    name="auto-crl-update",
    presence=True,
    classic=Deferred(),
    help="Download the CRL of this CA in time, without an operator",
    children=(
        admin_state("Switch the download of the CRL on or off"),
        Leaf(
            name="periodic-update-interval",
            type=Integer("uint32", 3600, 31622400, named="time-duration"),
            units="seconds",
            default="86400",
            auto_restart=True,
            help="Time between two downloads, with schedule-type periodic",
        ),
        Leaf(
            name="pre-update-time",
            type=_DURATION,
            units="seconds",
            default="3600",
            auto_restart=True,
            help="Start this long before the CRL's next update, with next-update-based",
        ),
        Leaf(
            name="retry-interval",
            type=_DURATION,
            units="seconds",
            default="3600",
            auto_restart=True,
            help="Pause before the URLs are tried again after all failed; 0 gives up",
        ),
        Leaf(
            name="schedule-type",
            type=Enumeration(("next-update-based", "periodic")),
            default="next-update-based",
            auto_restart=True,
            help="Download before the CRL's next update, or at fixed intervals",
        ),
        Container(
            name="crl-urls",
            auto_restart=True,
            help="URLs that the CRL is downloaded from, the lowest entry first",
            children=(
                ListNode(
                    name="url-entry",
                    keys=("entry-id",),
                    help="URL that is tried after those with lower numbers have failed",
                    children=(
                        Leaf(
                            name="entry-id",
                            type=Integer("uint32", 1, 8),
                            help="Position in the order of trying, 1 first",
                        ),
                        Leaf(
                            name="transmission-profile",
                            type=to_transmission_profile(
                                "../../../../../../../transmission-profile/name"
                            ),
                            help="Source address, timeout and retries of this download",
                            classic=Rename("file-transmission-profile"),
                        ),
                        Leaf(
                            name="url",
                            type=HTTP_PATH_URL,
                            help="URL of the CRL file, as http://host/path/file.crl",
                        ),
                    ),
                ),
            ),
        ),
    ),
)

CA_PROFILE: Final = ListNode(
    name="ca-profile",
    keys=("ca-profile-name",),
    max_elements=128,
    help="CA that the node knows: its certificate, its CRL and how to reach it",
    children=(
        Leaf(
            name="ca-profile-name",
            type=NAMED_ITEM,
            help="Name by which commands and other profiles refer to the CA, 32 characters at most",
        ),
        admin_state("Switch the CA profile on or off; off, nothing that it issued is trusted"),
        Leaf(
            name="description",
            type=DESCRIPTION,
            help="Note on the CA for operators; it has no effect",
        ),
        Leaf(
            name="cert-file",
            type=PKI_FILE_NAME,
            auto_restart=True,
            help="File of the CA certificate in cf3:\\system-pki; import it first",
        ),
        Leaf(
            name="crl-file",
            type=PKI_FILE_NAME,
            auto_restart=True,
            help="File of the CRL in cf3:\\system-pki; downloads replace it",
        ),
        Leaf(
            name="revocation-check",
            type=Enumeration(("crl", "crl-optional")),
            default="crl",
            auto_restart=True,
            help="Refuse the CA without a valid CRL (crl), or not (crl-optional)",
        ),
        _OCSP,
        CMPV2,
        _AUTO_CRL_UPDATE,
    ),
)
