"""``configure system security tls``: what TLS clients and servers need.

[facts: configure-system-security-tls.json; classic spellings: pki.md section 4.3]. A server is
there when the lab is asked for one.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, TLS_FILE_NAME, admin_state, to_ca_profile
from srpki.schema.common import TLS as TLS_PATH
from srpki.schema.configure import tls_lists
from srpki.schema.nodes import Arg, Container, Leaf, Line, ListNode, Rename
from srpki.schema.types import Enumeration, Integer, Reference


def _reference(target: str, yang: str) -> Reference:
    return Reference(f"{TLS_PATH}/{target}", yang, NAMED_ITEM)


_CERT_PROFILE: Final = ListNode(
    name="cert-profile",
    keys=("cert-profile-name",),
    max_elements=16,
    help="Certificates and keys that TLS authenticates the node with",
    children=(
        Leaf(
            name="cert-profile-name",
            type=NAMED_ITEM,
            help="Name by which client profiles refer to these certificates",
        ),
        admin_state("Switch the certificate profile on or off; off, the node has no certificate"),
        ListNode(
            name="entry",
            keys=("entry-id",),
            max_elements=8,
            help="Certificate and key that belong together",
            children=(
                Leaf(
                    name="entry-id",
                    type=Integer("int32", 1, 8),
                    help="Number of the pair within the profile",
                ),
                Leaf(
                    name="certificate-file",
                    type=TLS_FILE_NAME,
                    help="File of the certificate in cf3:\\system-pki; import it first",
                    classic=Rename("cert"),
                ),
                Leaf(
                    name="key-file",
                    type=TLS_FILE_NAME,
                    help="File of the private key that belongs to the certificate",
                    classic=Rename("key"),
                ),
                Container(
                    name="send-chain",
                    help="Certificates of CAs that are sent after the node's own",
                    children=(
                        ListNode(
                            name="ca-profile",
                            keys=("ca-profile-name",),
                            max_elements=7,
                            help="CA whose certificate completes the chain for the server",
                            classic=Line("ca-profile", (Arg("ca-profile-name"),)),
                            children=(
                                Leaf(
                                    name="ca-profile-name",
                                    type=to_ca_profile(
                                        "../../../../../../pki/ca-profile/ca-profile-name"
                                    ),
                                    help="CA profile whose certificate is sent",
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
)


def _status_verify(peer: str) -> Container:
    """Return how the revocation of a *peer*'s certificate is checked."""
    return Container(
        name="status-verify",
        help=f"How the revocation of a {peer}'s certificate is checked",
        children=(
            Leaf(
                name="default-result",
                type=Enumeration(("revoked", "good"), named="tls-status-verify"),
                default="revoked",
                help="Take a certificate for good or revoked when no method can tell",
            ),
            Container(
                name="ee-revocation",
                help=f"Methods that check the {peer}'s own certificate (end entity)",
                children=(
                    Leaf(
                        name="primary",
                        type=Enumeration(("crl", "ocsp"), named="tls-cert-revocation-status"),
                        default="crl",
                        help="Look a certificate up by this method first",
                    ),
                    Leaf(
                        name="secondary",
                        type=Enumeration(
                            ("none", "crl", "ocsp"), named="tls-cert-revocation-status-with-none"
                        ),
                        default="none",
                        help="Look a certificate up by this method when the first gives no answer",
                    ),
                ),
            ),
        ),
    )


def _protocol_version(does: str) -> Leaf:
    return Leaf(
        name="protocol-version",
        type=Enumeration(
            ("tls-version-all", "tls-version-12", "tls-version-13"), named="tls-protocol-version"
        ),
        default="tls-version-12",
        help=f"TLS versions to {does}: 1.2, 1.3 or both",
    )


_CLIENT_TLS_PROFILE: Final = ListNode(
    name="client-tls-profile",
    keys=("client-profile-name",),
    max_elements=16,
    help="Certificate, trusted CAs, ciphers and versions of the node as a client",
    children=(
        Leaf(
            name="client-profile-name",
            type=NAMED_ITEM,
            help="Name by which EST profiles refer to these TLS settings",
        ),
        Leaf(
            name="cert-profile",
            type=_reference(
                "cert-profile/cert-profile-name", "../../cert-profile/cert-profile-name"
            ),
            help="Certificate profile that the node answers a certificate request with",
        ),
        Leaf(
            name="cipher-list",
            type=_reference(
                "client-cipher-list/client-cipher-list-name",
                "../../client-cipher-list/client-cipher-list-name",
            ),
            help="Client cipher list to offer to the server",
        ),
        admin_state("Switch the client profile on or off; off, its connections fail"),
        Leaf(
            name="trust-anchor-profile",
            type=_reference(
                "trust-anchor-profile/trust-anchor-profile-name",
                "../../trust-anchor-profile/trust-anchor-profile-name",
            ),
            help="Trust anchor profile that the server's certificate must lead to",
        ),
        Leaf(
            name="group-list",
            type=_reference(
                "client-group-list/client-group-list-name",
                "../../client-group-list/client-group-list-name",
            ),
            help="Client group list to offer to a TLS 1.3 server",
        ),
        Leaf(
            name="signature-list",
            type=_reference(
                "client-signature-list/client-signature-list-name",
                "../../client-signature-list/client-signature-list-name",
            ),
            help="Client signature list to offer to a TLS 1.3 server",
        ),
        _protocol_version("offer"),
        _status_verify("server"),
    ),
)

_SERVER_TLS_PROFILE: Final = ListNode(
    name="server-tls-profile",
    keys=("server-profile-name",),
    max_elements=16,
    help="Certificate, ciphers, versions and trusted CAs of the node as a server",
    children=(
        Leaf(
            name="server-profile-name",
            type=NAMED_ITEM,
            help="Name by which servers refer to these TLS settings",
        ),
        Leaf(
            name="cert-profile",
            type=_reference(
                "cert-profile/cert-profile-name", "../../cert-profile/cert-profile-name"
            ),
            help="Certificate profile that the node authenticates itself to clients with",
        ),
        Leaf(
            name="tls-re-negotiate-timer",
            type=Integer("uint32", 0, 65000),
            default="0",
            units="minutes",
            help="Time after which a session is negotiated anew; 0 for never",
        ),
        Leaf(
            name="cipher-list",
            type=_reference(
                "server-cipher-list/server-cipher-list-name",
                "../../server-cipher-list/server-cipher-list-name",
            ),
            help="Server cipher list to choose from",
        ),
        Leaf(
            name="group-list",
            type=_reference(
                "server-group-list/server-group-list-name",
                "../../server-group-list/server-group-list-name",
            ),
            help="Server group list to choose from with a TLS 1.3 client",
        ),
        Leaf(
            name="signature-list",
            type=_reference(
                "server-signature-list/server-signature-list-name",
                "../../server-signature-list/server-signature-list-name",
            ),
            help="Server signature list to choose from with a TLS 1.3 client",
        ),
        _protocol_version("speak"),
        admin_state("Switch the server profile on or off; off, it takes no connections"),
        _status_verify("client"),
        Container(
            name="authenticate-client",
            help="Whose certificates clients must have",
            children=(
                Leaf(
                    name="trust-anchor-profile",
                    type=_reference(
                        "trust-anchor-profile/trust-anchor-profile-name",
                        "../../../trust-anchor-profile/trust-anchor-profile-name",
                    ),
                    help="Trust anchor profile that a client's certificate must lead to",
                ),
                Leaf(
                    name="common-name-list",
                    type=Reference(
                        "/configure/system/security/pki/common-name-list/cn-list-name",
                        "../../../../pki/common-name-list/cn-list-name",
                        NAMED_ITEM,
                    ),
                    help="Names of which a client's certificate must carry one",
                ),
            ),
        ),
    ),
)

_TRUST_ANCHOR_PROFILE: Final = ListNode(
    name="trust-anchor-profile",
    keys=("trust-anchor-profile-name",),
    max_elements=16,
    help="CAs that the certificate of a TLS server must lead to",
    children=(
        Leaf(
            name="trust-anchor-profile-name",
            type=NAMED_ITEM,
            help="Name by which client profiles refer to these CAs",
        ),
        ListNode(
            name="trust-anchor",
            keys=("ca-profile-name",),
            max_elements=8,
            help="CA that is trusted",
            classic=Line("trust-anchor", (Arg("ca-profile-name"),)),
            children=(
                Leaf(
                    name="ca-profile-name",
                    type=to_ca_profile("../../../../pki/ca-profile/ca-profile-name"),
                    help="CA profile whose certificate is the anchor",
                ),
            ),
        ),
    ),
)

TLS: Final = Container(
    name="tls",
    help="Profiles and lists that TLS connections are made by",
    children=(
        _CERT_PROFILE,
        *tls_lists.lists("client"),
        *tls_lists.lists("server"),
        _CLIENT_TLS_PROFILE,
        _SERVER_TLS_PROFILE,
        _TRUST_ANCHOR_PROFILE,
    ),
)
