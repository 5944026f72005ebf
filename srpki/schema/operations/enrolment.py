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
    PKI_FILE_NAME,
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
_PASSWORD: Final = Text(length=(1, 64), password=True)
_REFERENCE: Final = Text(length=(1, 64))
_SHORT: Final = Text(length=(1, 32))

_HASH: Final = Leaf(
    name="hash-algorithm", type=HASH_ALGORITHM, help="Hash with which the request is signed"
)
_SUBJECT: Final = (
    Leaf(
        name="subject-dn",
        type=DISTINGUISHED_NAME,
        help="Subject to ask for, as C=..,ST=..,O=..,OU=..,CN=..",
    ),
    Leaf(
        name="domain-name",
        type=DOMAIN_NAMES,
        help="Domain names to ask for as alternative names, separated by commas",
    ),
    Leaf(
        name="ip-address",
        type=IP_ADDRESS,
        help="Address to ask for as alternative name",
    ),
)
_FORCE: Final = Leaf(name="force", type=EMPTY_TYPE, help="Replace a file that exists")


def _ca_profile(help_: str) -> Leaf:
    return Leaf(name="ca-profile", type=_CA_PROFILE, mandatory=True, help=help_)


def _est_profile() -> Leaf:
    return Leaf(name="est-profile", type=_SHORT, mandatory=True, help="EST profile of the server")


_PROTECTION: Final = Choice(
    name="protection-algorithm",
    mandatory=True,
    cases=(
        Case(
            name="password",
            children=(
                Leaf(name="password", type=_PASSWORD, help="Password agreed with the CA"),
                Leaf(
                    name="reference",
                    type=_REFERENCE,
                    help="Reference number that names the password to the CA",
                ),
            ),
        ),
        Case(
            name="signature",
            children=(
                Leaf(
                    name="certificate",
                    type=PKI_FILE_NAME,
                    help="Imported certificate of the key that signs the request",
                ),
                Leaf(name="send-chain", type=EMPTY_TYPE, help="Send the certificate's chain too"),
                Leaf(
                    name="with-ca",
                    type=_CA_PROFILE,
                    help="CA profile that the chain must lead to",
                ),
                Leaf(
                    name="protection-key",
                    type=PKI_FILE_NAME,
                    help="Imported key that signs the request",
                ),
                _HASH,
            ),
        ),
    ),
)

_SIGNATURE_LINE: Final[tuple[Item, ...]] = (
    Word("signature"),
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
    help="Ask a CMPv2 server for a first certificate",
    classic=Line(
        "initial-registration",
        (
            Arg("ca-profile", "ca"),
            Arg("key-to-certify", "key-to-certify"),
            Word("protection-alg"),
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
        _ca_profile("CA to ask"),
        Leaf(
            name="key-to-certify",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Imported key that the certificate is for",
        ),
        _PROTECTION,
        *_SUBJECT,
        Leaf(
            name="save-as",
            type=CFLASH_URL,
            mandatory=True,
            help="File that the certificate is written to; it must not exist",
        ),
    ),
)

POLL: Final = Action(
    name="poll",
    operation="pki.cmpv2.poll",
    help="Ask a CMPv2 server for the answer that it still owes",
    classic=Line("poll", (Arg("ca-profile", "ca"),)),
    inputs=(_ca_profile("CA that has a request pending"),),
)

CLEAR_REQUEST: Final = Action(
    name="clear-request",
    operation="pki.cmpv2.clear-request",
    help="Forget a pending request, or the result of the last one",
    classic=Line("clear-request", (Arg("ca-profile", "ca"),)),
    inputs=(_ca_profile("CA whose request is forgotten"),),
)

CA_CERTIFICATES: Final = Action(
    name="ca-certificates",
    operation="pki.est.ca-certificates",
    help="Fetch the CA certificates of an EST server",
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
            help="File that the certificates are written to",
        ),
        _FORCE,
    ),
)

ENROLL: Final = Action(
    name="enroll",
    operation="pki.est.enroll",
    help="Ask an EST server for a first certificate and import it",
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
            help="Key that the certificate is for",
        ),
        _HASH,
        *_SUBJECT,
        Leaf(
            name="output-file",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Name under which the certificate is imported",
        ),
        _FORCE,
        VALIDATE,
    ),
)

RENEW: Final = Action(
    name="renew",
    operation="pki.est.renew",
    help="Ask an EST server to renew a certificate and import the new one",
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
        Leaf(name="certificate", type=CFLASH_URL, mandatory=True, help="Certificate to renew"),
        Leaf(
            name="key",
            type=CFLASH_URL,
            mandatory=True,
            help="Key that the new certificate is for",
        ),
        _HASH,
        Leaf(
            name="output-file",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Name under which the new certificate is imported",
        ),
        _FORCE,
        VALIDATE,
    ),
)
