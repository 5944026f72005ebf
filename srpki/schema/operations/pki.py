"""``admin system security pki`` in the MD-CLI, ``admin certificate`` in the classic CLI.

[facts: admin-system-security-pki.json; classic: auto-update.md section 5, pki.md sections 4.1 and
4.2]. Only actions that the device implements are declared.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    CFLASH_URL,
    CURVE,
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
                        maybe("rsa-key-size", "size"),
                        Maybe((Word("type"), Word("rsa", "rsa-key-size"))),
                    ),
                    (
                        maybe("dsa-key-size", "size"),
                        Word("type"),
                        Word("dsa", "dsa-key-size"),
                        maybe("dsa-key-size", "size"),
                    ),
                    (
                        maybe("ecdsa-curve", "curve"),
                        Word("type"),
                        Word("ecdsa", "ecdsa-curve"),
                        maybe("ecdsa-curve", "curve"),
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
            maybe("password"),
            maybe("validate-certificate-chain", "validate-cert-chain"),
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
        VALIDATE,
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
            maybe("password"),
            maybe("key-file", "pkey"),
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
