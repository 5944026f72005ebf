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
    PKI_FILE_NAME,
)
from srpki.schema.nodes import (
    Action,
    Arg,
    Case,
    Choice,
    Either,
    Leaf,
    Line,
    Maybe,
    Word,
)
from srpki.schema.operations.inputs import STATE, VALIDATE, maybe
from srpki.schema.types import Enumeration, Reference, Text

_TYPE: Final = Word("type", help="Choose the algorithm of the key")
_CERTIFICATE: Final = Reference(
    f"{STATE}/certificate-auto-update/certificate-file-name",
    f"{STATE}/certificate-auto-update/certificate-file-name",
    PKI_FILE_NAME,
)
_FILE_TYPE: Final = Enumeration(("certificate", "key", "crl"), named="cert-export-file-type")
_FORMAT: Final = Enumeration(
    ("pkcs12", "pkcs7-der", "pkcs7-pem", "pem", "der"), named="cert-export-file-format"
)
_PASSWORD: Final = Text(length=(1, 32), password=True)
_CLASSIC_FILE_TYPES: Final = (("cert", "certificate"), ("key", "key"), ("crl", "crl"))


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
                    help="Generate an RSA key of this many bits",
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
                    help="Generate a DSA key of this many bits",
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
    help="Generate a private key and write it to a file, to be imported",
    classic=Line(
        "gen-keypair",
        (
            Arg("save-path"),
            Either(
                (
                    (
                        maybe("rsa-key-size", "size"),
                        Maybe((_TYPE, Word("rsa", "rsa-key-size"))),
                    ),
                    (
                        maybe("dsa-key-size", "size"),
                        _TYPE,
                        Word("dsa", "dsa-key-size"),
                        maybe("dsa-key-size", "size"),
                    ),
                    (
                        maybe("ecdsa-curve", "curve"),
                        _TYPE,
                        Word("ecdsa", "ecdsa-curve"),
                        maybe("ecdsa-curve", "curve"),
                    ),
                )
            ),
        ),
        presumed="rsa-key-size",
    ),
    inputs=(
        Leaf(
            name="save-path",
            type=CFLASH_URL,
            mandatory=True,
            help="File on cf3: to write the key to, in the place of what is there",
        ),
        _KEY_TYPE,
    ),
)

GENERATE_CSR: Final = Action(
    name="generate-csr",
    operation="pki.generate-csr",
    help="Write a certificate request for a key pair, to be carried to a CA",
    classic=Line(
        "gen-local-cert-req",
        (
            Arg("key-url", "keypair"),
            maybe("subject-dn"),
            maybe("domain-name"),
            maybe("ip-address", "ip-addr"),
            Arg("output-url", "file"),
            maybe("hash-algorithm", "hash-alg"),
            maybe("use-printable"),
        ),
    ),
    inputs=(
        Leaf(name="key-url", type=CFLASH_URL, mandatory=True, help="File that holds the key pair"),
        Leaf(
            name="hash-algorithm",
            type=HASH_ALGORITHM,
            help="Hash that the request is signed with, SHA-256 when not given",
        ),
        Leaf(
            name="subject-dn",
            type=DISTINGUISHED_NAME,
            help="Name of the owner, as C=DE,O=Example,CN=gw",
        ),
        Leaf(
            name="domain-name",
            type=DOMAIN_NAMES,
            help="Domain names for the subjectAltName, between commas",
        ),
        Leaf(name="ip-address", type=IP_ADDRESS, help="IP address for the subjectAltName"),
        Leaf(
            name="output-url",
            type=CFLASH_URL,
            mandatory=True,
            help="File to write the request to (DER); it must not exist",
        ),
        Leaf(
            name="use-printable",
            type=EMPTY_TYPE,
            help="Write the subject as PrintableString, which old CAs want",
        ),
    ),
)

FILE_CONTENT: Final = Action(
    name="file-content",
    operation="pki.show-file-content",
    help="Show what a certificate, request or CRL says; of a key only type and size",
    positional=("url",),
    classic=Line(
        "display",
        (
            Arg(
                "type",
                "type",
                words=(*_CLASSIC_FILE_TYPES, ("cert-request", "csr")),
            ),
            Either(
                (
                    (Arg("url"), Arg("format", "format")),
                    (Arg("format", "format"), Arg("url")),
                )
            ),
            maybe("password"),
        ),
    ),
    inputs=(
        Leaf(name="url", type=CFLASH_URL, mandatory=True, help="File on cf3: or in system-pki"),
        Leaf(
            name="type",
            type=Enumeration(("certificate", "key", "crl", "csr"), named="cert-file-type"),
            mandatory=True,
            help="What the file holds",
        ),
        Leaf(
            name="format",
            type=Enumeration(
                ("pkcs10", "pkcs12", "pkcs7-der", "pkcs7-pem", "pem", "der"),
                named="cert-file-format",
            ),
            mandatory=True,
            help="How the file is encoded; what was imported is DER",
        ),
        Leaf(name="password", type=_PASSWORD, help="Password of an encrypted key or PKCS#12 file"),
    ),
)

IMPORT: Final = Action(
    name="import",
    operation="pki.import",
    help="Check a certificate, key or CRL and copy it into cf3:\\system-pki",
    classic=Line(
        "import",
        (
            Arg("type", "type", words=_CLASSIC_FILE_TYPES),
            Arg("input-url", "input"),
            Arg("output-file", "output"),
            Arg("format", "format"),
            maybe("password"),
            maybe("validate-certificate-chain", "validate-cert-chain"),
        ),
    ),
    inputs=(
        Leaf(name="input-url", type=CFLASH_URL, mandatory=True, help="File on cf3: to read"),
        Leaf(
            name="output-file",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Name that the file gets in cf3:\\system-pki",
        ),
        Leaf(
            name="type",
            type=_FILE_TYPE,
            mandatory=True,
            help="Take the certificate, the key or the CRL from the file",
        ),
        Leaf(name="format", type=_FORMAT, mandatory=True, help="Encoding of the file that is read"),
        Leaf(
            name="password",
            type=_PASSWORD,
            help="Password that opens the file, when it is protected",
        ),
        VALIDATE,
    ),
)

EXPORT: Final = Action(
    name="export",
    operation="pki.export",
    help="Write an imported certificate, key or CRL to a file in the format asked for",
    classic=Line(
        "export",
        (
            Arg("type", "type", words=_CLASSIC_FILE_TYPES),
            Arg("input-file", "input"),
            Arg("output-url", "output"),
            Arg("format", "format"),
            maybe("password"),
            maybe("key-file", "pkey"),
        ),
    ),
    inputs=(
        Leaf(name="input-file", type=PKI_FILE_NAME, mandatory=True, help="Imported file to read"),
        Leaf(
            name="output-url",
            type=CFLASH_URL,
            mandatory=True,
            help="File on cf3: to write; it must not exist",
        ),
        Leaf(
            name="type",
            type=_FILE_TYPE,
            mandatory=True,
            help="Tell whether the imported file holds a certificate, a key or a CRL",
        ),
        Leaf(
            name="format", type=_FORMAT, mandatory=True, help="Encoding of the file that is written"
        ),
        Leaf(name="password", type=_PASSWORD, help="Password that is to protect the file"),
        Leaf(
            name="key-file",
            type=PKI_FILE_NAME,
            help="Imported private key to put into the same PKCS #12 file",
        ),
    ),
)

CONVERT_FILE: Final = Action(
    name="convert-file",
    operation="pki.convert-file",
    help="Write an imported file in the secure or in the legacy format",
    classic=Line(
        "convert-file",
        (
            Arg("input-file", "input"),
            Arg("output-file", "output"),
            Arg("format", "format"),
            maybe("force"),
        ),
    ),
    inputs=(
        Leaf(name="input-file", type=PKI_FILE_NAME, mandatory=True, help="Imported file to read"),
        Leaf(
            name="output-file",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Name that the converted file gets in cf3:\\system-pki",
        ),
        Leaf(
            name="format",
            type=Enumeration(("secure", "legacy"), named="cert-file-convert-format"),
            mandatory=True,
            help="Encrypt every file, or keys alone as old releases did",
        ),
        Leaf(name="force", type=EMPTY_TYPE, help="Replace the file when it exists already"),
    ),
)

UPDATE_CERTIFICATE: Final = Action(
    name="update-certificate",
    operation="pki.update-certificate",
    help="Renew a certificate now, as its update profile says",
    classic=Line("update-cert", (Arg("certificate"),)),
    inputs=(
        Leaf(
            name="certificate",
            type=_CERTIFICATE,
            mandatory=True,
            help="Certificate that has a certificate-auto-update entry",
        ),
    ),
)
