"""``admin system security pki`` in the MD-CLI, ``admin certificate`` in the classic CLI.

[facts: admin-system-security-pki.json; classic: auto-update.md section 5, pki.md sections 4.1 and
4.2]. Only actions that the device implements are declared.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    CFLASH_URL,
    CURVE,
    DISTINGUISHED_NAME,
    DOMAIN_NAMES,
    EMPTY_TYPE,
    HASH_ALGORITHM,
    IP_ADDRESS,
    KEY_SIZE,
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
from srpki.schema.types import Enumeration, Reference, Text

_STATE: Final = "/state/system/security/pki"
_CA_PROFILE: Final = Reference(
    f"{_STATE}/ca-profile/ca-profile-name", f"{_STATE}/ca-profile/ca-profile-name", NAMED_ITEM
)
_CERTIFICATE: Final = Reference(
    f"{_STATE}/certificate-auto-update/certificate-file-name",
    f"{_STATE}/certificate-auto-update/certificate-file-name",
    PKI_FILE_NAME,
)
_FILE_TYPE: Final = Enumeration(("certificate", "key", "crl"), named="cert-export-file-type")
_FORMAT: Final = Enumeration(
    ("pkcs12", "pkcs7-der", "pkcs7-pem", "pem", "der"), named="cert-export-file-format"
)
_PASSWORD: Final = Text(length=(1, 32))
_SECRET: Final = Text(length=(1, 64))
_CLASSIC_FILE_TYPES: Final = (("cert", "certificate"), ("key", "key"), ("crl", "crl"))


def _maybe(leaf: str, keyword: str = "") -> Maybe:
    return Maybe((Arg(leaf, keyword or leaf),))


def _ca_profile(help_: str) -> Leaf:
    return Leaf(name="ca-profile", type=_CA_PROFILE, mandatory=True, help=help_)


def _est_profile() -> Leaf:
    return Leaf(name="est-profile", type=_SHORT, mandatory=True, help="EST profile of the server")


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
_VALIDATE: Final = Leaf(
    name="validate-certificate-chain",
    type=EMPTY_TYPE,
    help="Refuse a certificate that does not lead to a known CA",
)

_KEY_TYPE: Final = Choice(
    name="key-type",
    mandatory=True,
    cases=(
        Case(
            name="rsa",
            children=(
                Leaf(
                    name="rsa-key-size",
                    type=KEY_SIZE,
                    default="2048",
                    help="Generate an RSA key of so many bits",
                ),
            ),
        ),
        Case(
            name="dsa",
            children=(
                Leaf(
                    name="dsa-key-size",
                    type=KEY_SIZE,
                    default="2048",
                    help="Generate a DSA key of so many bits",
                ),
            ),
        ),
        Case(
            name="ecdsa",
            children=(
                Leaf(
                    name="ecdsa-curve",
                    type=CURVE,
                    default="secp256r1",
                    help="Generate an elliptic curve key on this curve",
                ),
            ),
        ),
    ),
)

GENERATE_KEYPAIR: Final = Action(
    name="generate-keypair",
    operation="pki.generate-keypair",
    help="Generate a key pair and write it to a file",
    classic=Line(
        "gen-keypair",
        (
            Arg("save-path"),
            Either(
                (
                    (
                        _maybe("rsa-key-size", "size"),
                        Maybe((Word("type"), Word("rsa", "rsa-key-size"))),
                    ),
                    (
                        _maybe("dsa-key-size", "size"),
                        Word("type"),
                        Word("dsa", "dsa-key-size"),
                        _maybe("dsa-key-size", "size"),
                    ),
                    (
                        _maybe("ecdsa-curve", "curve"),
                        Word("type"),
                        Word("ecdsa", "ecdsa-curve"),
                        _maybe("ecdsa-curve", "curve"),
                    ),
                )
            ),
        ),
    ),
    inputs=(
        Leaf(
            name="save-path",
            type=CFLASH_URL,
            mandatory=True,
            help="File that the key pair is written to; it must not exist",
        ),
        _KEY_TYPE,
    ),
)

IMPORT: Final = Action(
    name="import",
    operation="pki.import",
    help="Import a certificate, key or CRL for use by the node",
    classic=Line(
        "import",
        (
            Arg("type", "type", words=_CLASSIC_FILE_TYPES),
            Arg("input-url", "input"),
            Arg("output-file", "output"),
            Arg("format", "format"),
            _maybe("password"),
            _maybe("validate-certificate-chain", "validate-cert-chain"),
        ),
    ),
    inputs=(
        Leaf(name="input-url", type=CFLASH_URL, mandatory=True, help="File to import from"),
        Leaf(
            name="output-file",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Name under which the file is imported",
        ),
        Leaf(name="type", type=_FILE_TYPE, mandatory=True, help="What is taken from the file"),
        Leaf(name="format", type=_FORMAT, mandatory=True, help="How the file is encoded"),
        Leaf(name="password", type=_PASSWORD, help="Password of a protected file"),
        _VALIDATE,
    ),
)

EXPORT: Final = Action(
    name="export",
    operation="pki.export",
    help="Write an imported certificate, key or CRL to a file",
    classic=Line(
        "export",
        (
            Arg("type", "type", words=_CLASSIC_FILE_TYPES),
            Arg("input-file", "input"),
            Arg("output-url", "output"),
            Arg("format", "format"),
            _maybe("password"),
            _maybe("key-file", "pkey"),
        ),
    ),
    inputs=(
        Leaf(name="input-file", type=PKI_FILE_NAME, mandatory=True, help="Imported file to export"),
        Leaf(name="output-url", type=CFLASH_URL, mandatory=True, help="File to write"),
        Leaf(name="type", type=_FILE_TYPE, mandatory=True, help="What the imported file holds"),
        Leaf(name="format", type=_FORMAT, mandatory=True, help="How the file is to be encoded"),
        Leaf(name="password", type=_PASSWORD, help="Password that protects what is written"),
        Leaf(
            name="key-file",
            type=PKI_FILE_NAME,
            help="Imported key that is put into the same PKCS#12 file",
        ),
    ),
)

RELOAD: Final = Action(
    name="reload",
    operation="pki.reload",
    help="Let an application take a changed certificate and key into use",
    classic=Line(
        "reload",
        (
            Word("type"),
            Word("cert-key-pair"),
            Arg("certificate"),
            Arg("application", "protocol", words=(("ipsec", "ipsec"), ("tls", "tls"))),
            Arg("key", "key-file"),
        ),
    ),
    inputs=(
        Leaf(
            name="application",
            type=Enumeration(("ipsec",)),
            mandatory=True,
            help="Application that uses the pair",
        ),
        Leaf(
            name="certificate",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Imported certificate to reload",
        ),
        Leaf(name="key", type=PKI_FILE_NAME, mandatory=True, help="Imported key to reload"),
    ),
)

UPDATE_CERTIFICATE: Final = Action(
    name="update-certificate",
    operation="pki.update-certificate",
    help="Renew a certificate now instead of when it is due",
    classic=Line("update-cert", (Arg("certificate"),)),
    inputs=(
        Leaf(
            name="certificate",
            type=_CERTIFICATE,
            mandatory=True,
            help="Certificate that is configured to be renewed",
        ),
    ),
)

_PROTECTION: Final = Choice(
    name="protection-algorithm",
    mandatory=True,
    cases=(
        Case(
            name="password",
            children=(
                Leaf(name="password", type=_SECRET, help="Password agreed with the CA"),
                Leaf(
                    name="reference",
                    type=_SECRET,
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
    _maybe("protection-key"),
    _maybe("hash-algorithm", "hash-alg"),
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
            _maybe("subject-dn"),
            _maybe("domain-name"),
            _maybe("ip-address", "ip-addr"),
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
        (Arg("est-profile", "est-profile"), Arg("output-url", "output-url"), _maybe("force")),
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
            _maybe("domain-name"),
            _maybe("ip-address", "ip-addr"),
            _maybe("hash-algorithm", "hash-alg"),
            Arg("output-file", "output"),
            _maybe("force"),
            _maybe("validate-certificate-chain", "validate-cert-chain"),
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
        _VALIDATE,
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
            _maybe("hash-algorithm", "hash-alg"),
            Arg("output-file", "output"),
            _maybe("force"),
            _maybe("validate-certificate-chain", "validate-cert-chain"),
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
        _VALIDATE,
    ),
)
