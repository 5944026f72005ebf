"""Actions that make a request from a key, or show what a PKI file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import InvalidInputError, UsageError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.contents import FileContent
from srpki.device.records.pki import CertificateSigningRequest
from srpki.keystore.store import DIRECTORY
from srpki.storage import filenames, urls

if TYPE_CHECKING:
    from srpki.device.node import Node
    from srpki.x509.keys import PrivateKey

SEALED_KEY = b"generated key pair"
"""The purpose under which a generated key pair is sealed in its file on ``cf3:``."""


def generate_csr(call: Call) -> Outcome:
    """Write a certification request (PKCS#10, DER) for a key pair on ``cf3:`` [RFC 2986]."""
    from srpki.x509 import csr  # noqa: PLC0415 - start-up time
    from srpki.x509 import names as x509_names  # noqa: PLC0415 - start-up time

    url = call.text("output-url")
    call.node.files.check_new(url)
    printable = call.flag("use-printable")
    written = call.text("subject-dn")
    san = x509_names.san(call.text("domain-name"), call.text("ip-address"))
    if not written and san is None:
        raise UsageError("subject-dn is missing", hint="a request names somebody")
    subject = x509_names.parse_dn(written, printable=printable) if written else x509_names.NOBODY
    key = _key_on_flash(call.node, call.text("key-url"))
    call.node.files.write(url, csr.build(key, subject, san, call.text("hash-algorithm", "sha256")))
    made = CertificateSigningRequest(
        key_url=urls.display(call.text("key-url")),
        output_url=urls.display(url),
        subject_dn=written or None,
        domain_name=call.text("domain-name") or None,
        ip_address=call.text("ip-address") or None,
    )
    return Outcome(data=made)


def _key_on_flash(node: Node, url: str) -> PrivateKey:
    """Return the key pair in a file that was generated here, or in one in PEM or DER."""
    from srpki.x509 import contents, formats  # noqa: PLC0415 - start-up time

    content = node.files.read(url)
    if node.seal.is_sealed(content):
        if node.seal.purpose_of(content) != SEALED_KEY:
            raise InvalidInputError(
                "this is a sealed file, but no key pair that was generated",
                hint="name the file that generate-keypair wrote",
            )
        content = node.seal.open(content, SEALED_KEY)
    form = "pem" if contents.identify(content) == contents.PEM else "der"
    return formats.read_key(content, form)


def show_file_content(call: Call) -> Outcome:
    """Show a certificate, request or CRL in words; of a key only type and size [pki.md 6.3]."""
    url, kind = call.text("url"), call.text("type")
    directory, _, name = urls.display(url).rpartition("\\")
    if directory.lower() == f"cf3:\\{DIRECTORY}":
        return Outcome(data=_imported(call, filenames.file_name(name)))
    if kind == "key":
        return Outcome(data=_key(call))
    return Outcome(data=_file(call))


def _imported(call: Call, name: str) -> FileContent:
    if call.text("format") != "der":
        raise UsageError(f'"{name}" is kept as DER', hint="give format der")
    match call.text("type"):
        case "certificate":
            return _object("certificate", call.node.keystore.read_certificate(name))
        case "crl":
            return _object("crl", call.node.keystore.read_crl(name))
        case "key":
            return _spec(call.node.keystore.read_key(name))
        case _:
            raise UsageError("requests are not imported", hint="name a file outside system-pki")


def _key(call: Call) -> FileContent:
    from srpki.x509 import formats  # noqa: PLC0415 - start-up time

    content = call.node.files.read(call.text("url"))
    if call.node.seal.is_sealed(content):
        return _spec(_key_on_flash(call.node, call.text("url")))
    return _spec(formats.read_key(content, call.text("format"), call.text("password")))


def _spec(key: PrivateKey) -> FileContent:
    from srpki.x509 import keys  # noqa: PLC0415 - start-up time

    spec = keys.spec_of(key)
    return FileContent(
        kind="key",
        key_type=spec.kind.upper(),
        key_size=spec.size or None,
        curve=spec.curve or None,
    )


def _file(call: Call) -> FileContent:
    from srpki.x509 import csr, formats  # noqa: PLC0415 - start-up time

    content, form = call.node.files.read(call.text("url")), call.text("format")
    kind = call.text("type")
    match kind:
        case "certificate":
            der = formats.read_certificates(content, form, call.text("password"))[0]
        case "crl":
            der = formats.read_crl(content, form)
        case _:
            der = formats.read_request(content, form)
            csr.check(der, own=True)
    return _object(kind, der, content, form)


def _object(kind: str, der: bytes, content: bytes = b"", form: str = "der") -> FileContent:
    return FileContent(kind=kind, der=der, not_der=not_der(kind, der, content, form))


def not_der(kind: str, der: bytes, content: bytes, form: str) -> tuple[str, ...]:
    """Name what of the object *der*, found in a file with *content*, is not as RFC 5280 has it."""
    from srpki.x509 import certificates, crl, csr, formats  # noqa: PLC0415 - start-up time

    fields: tuple[str, ...] = ()
    if kind == "certificate":
        fields = certificates.parse(der).not_der
    elif kind == "crl":
        fields = crl.parse(der).not_der
    elif kind == "csr":
        fields = csr.parse(der).not_der
    behind = (f"octets behind the {kind}",) if formats.has_more(content, form) else ()
    return (*fields, *behind)


OPERATIONS: dict[str, Operation] = {
    "pki.generate-csr": generate_csr,
    "pki.show-file-content": show_file_content,
}
