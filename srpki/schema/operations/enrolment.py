"""Requests to CMPv2 and EST servers: ``admin system security pki cmpv2`` and ``est``.

[facts: admin-system-security-pki.json; classic: auto-update.md section 5, pki.md sections 4.1 and
4.2]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    CFLASH_URL,
    DISTINGUISHED_NAME,
    DOMAIN_NAMES,
    EMPTY_TYPE,
    HASH_ALGORITHM,
    IP_ADDRESS,
    NAMED_ITEM,
    PKI,
    PKI_FILE_NAME,
    EntryName,
)
from srpki.schema.nodes import (
    Action,
    Arg,
    Case,
    Choice,
    Either,
    Item,
    Leaf,
    Line,
    Maybe,
    Word,
)
from srpki.schema.operations.inputs import STATE, VALIDATE, maybe
from srpki.schema.types import Reference, Text

_CA_PROFILE: Final = Reference(
    f"{STATE}/ca-profile/ca-profile-name", f"{STATE}/ca-profile/ca-profile-name", NAMED_ITEM
)
_EST_PROFILE: Final = EntryName(length=(1, 32), target=f"{PKI}/est-profile/name")
_PASSWORD: Final = Text(length=(1, 64), password=True)
_REFERENCE: Final = Text(length=(1, 64))

_HASH: Final = Leaf(
    name="hash-algorithm",
    type=HASH_ALGORITHM,
    help="Hash algorithm of the signature on the request",
)
_SUBJECT: Final = (
    Leaf(
        name="subject-dn",
        type=DISTINGUISHED_NAME,
        help="Subject of the certificate, as C=NL,O=Example,CN=gw.example.com",
    ),
    Leaf(
        name="domain-name",
        type=DOMAIN_NAMES,
        help="Domain names for subjectAltName, separated by commas",
    ),
    Leaf(
        name="ip-address",
        type=IP_ADDRESS,
        help="Address for subjectAltName",
    ),
)
_SAVE_AS: Final = Leaf(
    name="save-as",
    type=CFLASH_URL,
    mandatory=True,
    help="File on cf3: to write the certificate to; it must not exist",
)
_FORCE: Final = Leaf(name="force", type=EMPTY_TYPE, help="Replace the file when it exists already")


def _ca_profile(help_: str) -> Leaf:
    return Leaf(name="ca-profile", type=_CA_PROFILE, mandatory=True, help=help_)


def _key(name: str, help_: str) -> Leaf:
    return Leaf(name=name, type=PKI_FILE_NAME, mandatory=True, help=help_)


def _est_profile() -> Leaf:
    return Leaf(
        name="est-profile",
        type=_EST_PROFILE,
        mandatory=True,
        help="Server to ask, by the name of its EST profile",
    )


_PROTECTION: Final = Choice(
    name="protection-algorithm",
    mandatory=True,
    cases=(
        Case(
            name="password",
            children=(
                Leaf(
                    name="password",
                    type=_PASSWORD,
                    help="Protect the request by a password that was agreed with the CA",
                ),
                Leaf(
                    name="reference",
                    type=_REFERENCE,
                    help="Number that tells the CA which password protects the request",
                ),
            ),
        ),
        Case(
            name="signature",
            children=(
                Leaf(
                    name="certificate",
                    type=PKI_FILE_NAME,
                    help="Protect the request by the key of this imported certificate",
                ),
                Leaf(
                    name="send-chain",
                    type=EMPTY_TYPE,
                    help="Send the CA certificates of the signer with the request",
                ),
                Leaf(
                    name="with-ca",
                    type=_CA_PROFILE,
                    help="Send the chain up to this CA",
                ),
                Leaf(
                    name="protection-key",
                    type=PKI_FILE_NAME,
                    help="Imported private key that signs the request",
                ),
                _HASH,
            ),
        ),
    ),
)

_SIGNATURE_LINE: Final[tuple[Item, ...]] = (
    Word("signature", help="Protect the request by a signature"),
    Maybe(
        (
            Arg("certificate", "cert"),
            Maybe((Arg("send-chain", "send-chain"), Maybe((Arg("with-ca", "with-ca"),)))),
        )
    ),
    maybe("protection-key"),
    maybe("hash-algorithm", "hash-alg"),
)

INITIAL_REGISTRATION: Final = Action(
    name="initial-registration",
    operation="pki.cmpv2.initial-registration",
    help="Request the first certificate for a key from a CMPv2 server",
    classic=Line(
        "initial-registration",
        (
            Arg("ca-profile", "ca"),
            Arg("key-to-certify", "key-to-certify"),
            Word("protection-alg", help="Choose how the request is protected"),
            Either(
                (
                    (Arg("password", "password"), Arg("reference", "reference")),
                    _SIGNATURE_LINE,
                )
            ),
            maybe("subject-dn"),
            maybe("domain-name"),
            maybe("ip-address", "ip-addr"),
            Arg("save-as", "save-as"),
        ),
    ),
    inputs=(
        _ca_profile("CA to ask, by the name of its profile; it needs a CMPv2 URL"),
        Leaf(
            name="key-to-certify",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Imported private key that the certificate is for",
        ),
        _PROTECTION,
        *_SUBJECT,
        _SAVE_AS,
    ),
)

CERT_REQUEST: Final = Action(
    name="cert-request",
    operation="pki.cmpv2.cert-request",
    help="Ask a CMPv2 server for a further certificate, signed with a present one",
    classic=Line(
        "cert-request",
        (
            Arg("ca-profile", "ca"),
            Arg("current-key", "current-key"),
            Arg("current-certificate", "current-cert"),
            maybe("hash-algorithm", "hash-alg"),
            Arg("new-key", "newkey"),
            maybe("subject-dn"),
            maybe("domain-name"),
            maybe("ip-address", "ip-addr"),
            Arg("save-as", "save-as"),
        ),
    ),
    inputs=(
        _ca_profile("CA to ask"),
        _key("current-key", "Imported key of the present certificate, which signs the request"),
        _key("current-certificate", "Imported certificate that this CA issued before"),
        _key("new-key", "Imported key that the certificate is for"),
        _HASH,
        *_SUBJECT,
        _SAVE_AS,
    ),
)

KEY_UPDATE: Final = Action(
    name="key-update",
    operation="pki.cmpv2.key-update",
    help="Ask a CMPv2 server for the successor of a certificate, for a new key",
    classic=Line(
        "key-update",
        (
            Arg("ca-profile", "ca"),
            Arg("new-key", "newkey"),
            Arg("old-key", "oldkey"),
            Arg("old-certificate", "oldcert"),
            maybe("hash-algorithm", "hash-alg"),
            Arg("save-as", "save-as"),
        ),
    ),
    inputs=(
        _ca_profile("CA that issued the certificate"),
        _key("new-key", "Imported key that the new certificate is for"),
        _key("old-key", "Imported key of the certificate to be replaced; it signs the request"),
        _key("old-certificate", "Imported certificate to be replaced"),
        _HASH,
        _SAVE_AS,
    ),
)

POLL: Final = Action(
    name="poll",
    operation="pki.cmpv2.poll",
    help="Ask again for a certificate that the CMPv2 server has not issued yet",
    classic=Line("poll", (Arg("ca-profile", "ca"),)),
    inputs=(_ca_profile("CA that has not answered a request finally"),),
)

CLEAR_REQUEST: Final = Action(
    name="clear-request",
    operation="pki.cmpv2.clear-request",
    help="Forget the pending request of a CA, or the result of the last one",
    classic=Line("clear-request", (Arg("ca-profile", "ca"),)),
    inputs=(_ca_profile("CA whose request is to be forgotten"),),
)

SHOW_REQUEST: Final = Action(
    name="show-request",
    operation="pki.cmpv2.show-request",
    help="Show the pending request of a CA, or the result of the last one",
    classic=Line("show-request", (Arg("ca-profile", "ca"),)),
    inputs=(_ca_profile("CA whose request is to be shown"),),
)

CA_CERTIFICATES: Final = Action(
    name="ca-certificates",
    operation="pki.est.ca-certificates",
    help="Fetch the CA certificates that an EST server hands out into a file",
    classic=Line(
        "cacerts",
        (Arg("est-profile", "est-profile"), Arg("output-url", "output-url"), maybe("force")),
    ),
    inputs=(
        _est_profile(),
        Leaf(
            name="output-url",
            type=CFLASH_URL,
            mandatory=True,
            help="File on cf3: to write the certificates to",
        ),
        _FORCE,
    ),
)

ENROLL: Final = Action(
    name="enroll",
    operation="pki.est.enroll",
    help="Request the first certificate for a key from an EST server and import it",
    classic=Line(
        "enroll",
        (
            Arg("est-profile", "est-profile"),
            Arg("key", "key"),
            Arg("subject-dn", "subject-dn"),
            maybe("domain-name"),
            maybe("ip-address", "ip-addr"),
            maybe("hash-algorithm", "hash-alg"),
            Arg("output-file", "output"),
            maybe("force"),
            maybe("validate-certificate-chain", "validate-cert-chain"),
        ),
    ),
    inputs=(
        _est_profile(),
        Leaf(
            name="key",
            type=CFLASH_URL,
            mandatory=True,
            help="File of the private key that the certificate is for",
        ),
        _HASH,
        *_SUBJECT,
        Leaf(
            name="output-file",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Name of the certificate in cf3:\\system-pki",
        ),
        _FORCE,
        VALIDATE,
    ),
)

RENEW: Final = Action(
    name="renew",
    operation="pki.est.renew",
    help="Request a new certificate in place of one from an EST server and import it",
    classic=Line(
        "renew",
        (
            Arg("est-profile", "est-profile"),
            Arg("certificate", "cert"),
            Arg("key", "key"),
            maybe("hash-algorithm", "hash-alg"),
            Arg("output-file", "output"),
            maybe("force"),
            maybe("validate-certificate-chain", "validate-cert-chain"),
        ),
    ),
    inputs=(
        _est_profile(),
        Leaf(
            name="certificate",
            type=CFLASH_URL,
            mandatory=True,
            help="File of the certificate to renew; it authenticates the request",
        ),
        Leaf(
            name="key",
            type=CFLASH_URL,
            mandatory=True,
            help="File of the private key that the new certificate is for",
        ),
        _HASH,
        Leaf(
            name="output-file",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Name of the new certificate in cf3:\\system-pki",
        ),
        _FORCE,
        VALIDATE,
    ),
)
