"""Keys and files of ``admin system security pki`` [facts: admin-system-security-pki.json].

What is asked of a CA by hand is in `pki_cmpv2` and `pki_est`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import (
    InvalidInputError,
    RefusedError,
    SrpkiError,
    UsageError,
)
from srpki.core.events import CERTIFICATE_IMPORTED, FILE_EXPORTED, KEY_PAIR_GENERATED
from srpki.device.operations import pki_contents
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.done import told_of, validity_of
from srpki.device.operations.pki_contents import SEALED_KEY
from srpki.device.operations.waiting import telling
from srpki.device.records.pki import (
    CertificateUpdate,
    ConvertedFile,
    ExportedObject,
    ImportedObject,
    KeyPair,
)
from srpki.keystore.store import Format
from srpki.schema.paths import Value
from srpki.storage import urls

if TYPE_CHECKING:
    from srpki.device.node import Node
    from srpki.x509.keys import KeySpec


def generate_keypair(call: Call) -> Outcome:
    """Generate a key pair and write it, sealed, to ``save-path``, over a file that is there.

    The saved configuration and imported files are never written over [observed-2.md 6].
    """
    from srpki.x509 import keys  # noqa: PLC0415 - start-up time

    url = call.text("save-path")
    spec = _key_spec(call)
    description = keys.describe(spec)
    try:
        call.node.files.check_new(url, force=True)
        der = keys.private_der(keys.generate(spec))
        call.node.files.write(url, call.node.seal.seal(der, SEALED_KEY), force=True)
    except SrpkiError as error:
        _publish_key(call.node, url, description, error.sentence)
        raise
    _publish_key(call.node, url, description)
    made = KeyPair(
        save_path=urls.display(url),
        key_type=spec.kind,
        key_size=spec.size or None,
        curve=spec.curve or None,
    )
    return Outcome(data=made)


def _key_spec(call: Call) -> KeySpec:
    from srpki.x509 import keys  # noqa: PLC0415 - start-up time

    if "ecdsa-curve" in call.inputs:
        return keys.KeySpec("ecdsa", curve=call.text("ecdsa-curve"))
    if "dsa-key-size" in call.inputs:
        return keys.KeySpec("dsa", size=_number(call.inputs["dsa-key-size"]))
    return keys.KeySpec("rsa", size=_number(call.inputs["rsa-key-size"]))


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _publish_key(node: Node, url: str, description: str, wrong: str | None = None) -> None:
    node.bus.publish(
        node.clock.now(),
        KEY_PAIR_GENERATED,
        "Cert",
        url=urls.display(url),
        key=description,
        **_ended(wrong),
    )


def _ended(wrong: str | None) -> dict[str, str | None]:
    """Return what an event says of how it ended: what was *wrong*, if anything."""
    return {"outcome": "failed" if wrong else "success", "reason": wrong}


def import_file(call: Call) -> Outcome:
    """Import a certificate, key or CRL from ``cf3:``; a file of the same name is replaced."""
    try:
        imported, der = _import(call)
    except SrpkiError as error:
        _publish_import(call, error.sentence)
        raise
    _publish_import(call, certificate=der if imported.type == "certificate" else None)
    return Outcome(data=imported)


def _import(call: Call) -> tuple[ImportedObject, bytes]:
    """Import what *call* names; return what it is, and its content (DER)."""
    from srpki.x509 import formats, keys  # noqa: PLC0415 - start-up time

    output, kind = call.text("output-file"), call.text("type")
    content = _unsealed(call.node, call.node.files.read(call.text("input-url")), kind)
    form, password = call.text("format"), call.text("password")
    match kind:
        case "certificate":
            der = formats.read_certificates(content, form, password)[0]
            if call.flag("validate-certificate-chain"):
                call.node.engine.check_chain(der)
            call.node.keystore.put("certificate", output, der)
        case "key":
            der = keys.private_der(formats.read_key(content, form, password))
            call.node.keystore.put("key", output, der)
        case _:
            der = formats.read_crl(content, form)
            call.node.keystore.put("crl", output, der)
    call.node.engine.file_changed(output)
    serial_number, not_after = told_of(der if kind == "certificate" else None)
    imported = ImportedObject(
        type=kind,
        input_url=urls.display(call.text("input-url")),
        output_file=output,
        format=form,
        serial_number=serial_number,
        not_after=not_after,
        not_der=pki_contents.not_der(kind, der, content, form),
    )
    return imported, der


def _unsealed(node: Node, content: bytes, kind: str) -> bytes:
    """Return *content*, opened (then DER) when it is a key pair that was generated here."""
    if not node.seal.is_sealed(content):
        return content
    if node.seal.purpose_of(content) != SEALED_KEY:
        raise InvalidInputError(
            "this is a sealed file, but no key pair that was generated", hint="import the original"
        )
    if kind != "key":
        raise InvalidInputError(f"this is a private key, not a {kind}", hint="give the right type")
    return node.seal.open(content, SEALED_KEY)


def _publish_import(call: Call, wrong: str | None = None, certificate: bytes | None = None) -> None:
    begins, ends = (None, None) if certificate is None else validity_of(certificate)
    call.node.bus.publish(
        call.node.clock.now(),
        CERTIFICATE_IMPORTED,
        "Cert",
        kind=call.text("type"),
        url=urls.display(call.text("input-url")),
        file=call.text("output-file"),
        format=call.text("format"),
        not_before=begins,
        not_after=ends,
        **_ended(wrong),
    )


def export(call: Call) -> Outcome:
    """Export a keystore file to ``cf3:``; a key leaves only under a password."""
    try:
        _export(call)
    except SrpkiError as error:
        _publish_export(call, error.sentence)
        raise
    _publish_export(call)
    written = ExportedObject(
        type=call.text("type"),
        input_file=call.text("input-file"),
        output_url=urls.display(call.text("output-url")),
        format=call.text("format"),
    )
    return Outcome(data=written)


def _publish_export(call: Call, wrong: str | None = None) -> None:
    call.node.bus.publish(
        call.node.clock.now(),
        FILE_EXPORTED,
        "Cert",
        kind=call.text("type"),
        file=call.text("input-file"),
        url=urls.display(call.text("output-url")),
        format=call.text("format"),
        **_ended(wrong),
    )


def _export(call: Call) -> None:
    from srpki.x509 import formats  # noqa: PLC0415 - start-up time

    source, url = call.text("input-file"), call.text("output-url")
    form, password = call.text("format"), call.text("password")
    call.node.files.check_new(url)
    match call.text("type"):
        case "certificate" if form == "pkcs12":
            key_file = call.text("key-file")
            if not key_file:
                raise UsageError(
                    "key-file is missing", hint="PKCS#12 holds a key with its certificate"
                )
            certificate, key = call.node.keystore.read_pair(source, key_file)
            content = formats.write_pkcs12(certificate, key, _password(password))
        case "certificate":
            content = formats.write_certificates(
                [call.node.keystore.read_certificate(source)], form
            )
        case "key":
            content = formats.write_key(
                call.node.keystore.read_key(source), form, _password(password)
            )
        case _:
            content = formats.write_crl(call.node.keystore.read_crl(source), form)
    call.node.files.write(url, content)


def _password(password: str) -> str:
    if not password:
        raise RefusedError("a private key is not written in clear", hint="give a password")
    return password


def convert_file(call: Call) -> Outcome:
    """Write an imported file in the secure or the legacy format [pki.md section 7]."""
    form: Format = "legacy" if call.text("format") == "legacy" else "secure"
    output = call.text("output-file")
    source = call.text("input-file")
    call.node.keystore.convert(source, output, form, replace=call.flag("force"))
    call.node.engine.file_changed(output)
    return Outcome(data=ConvertedFile(input_file=source, output_file=output, format=form))


def update_certificate(call: Call) -> Outcome:
    """Renew a certificate now; comes back when it is renewed or waits for its retry."""
    name, engine = call.text("certificate"), call.node.engine
    entry = engine.view.auto_updates.get(name)
    outcome = engine.update_now(
        name, cancel=call.cancel, waiting=telling(call, "ends the waiting, not the update")
    )
    present = outcome.new or _stored(call.node, name)
    old, (new, not_after) = told_of(outcome.old or present)[0], told_of(present)
    update = CertificateUpdate(
        certificate_file_name=outcome.certificate,
        key_file_name=None if entry is None else entry.key_file_name,
        profile=None if entry is None else entry.profile,
        start_time=outcome.started,
        end_time=outcome.ended,
        old_serial_number=old,
        new_serial_number=None if new == old else new,
        not_after=not_after,
        step=None if outcome.ok else outcome.step,
        reason=None if outcome.ok else outcome.reason,
        next_update_time=outcome.retry,
    )
    return Outcome(ok=outcome.ok, data=update)


def _stored(node: Node, name: str) -> bytes | None:
    try:
        return node.keystore.read_certificate(name)
    except SrpkiError:
        return None


OPERATIONS: dict[str, Operation] = {
    "pki.generate-keypair": generate_keypair,
    "pki.convert-file": convert_file,
    "pki.import": import_file,
    "pki.export": export,
    "pki.update-certificate": update_certificate,
}
