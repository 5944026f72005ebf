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
_PASSWORD: Final = Text(length=(1, 32))
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
    ),
    inputs=(
        Leaf(
            name="save-path",
            type=CFLASH_URL,
            mandatory=True,
            help="File on cf3: to write the key to; it must not exist",
        ),
        _KEY_TYPE,
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

RELOAD: Final = Action(
    name="reload",
    operation="pki.reload",
    help="Let an application take a replaced certificate and key into use",
    classic=Line(
        "reload",
        (
            Word("type", help="What is reloaded"),
            Word("cert-key-pair", help="Certificate and private key that belong together"),
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
            help="Application that the pair is configured for",
        ),
        Leaf(
            name="certificate",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Imported certificate that was replaced",
        ),
        Leaf(
            name="key",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Imported private key that was replaced",
        ),
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
