"""The actions of ``admin system security pki`` [facts: admin-system-security-pki.json]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.tree import get
from srpki.core.errors import (
    ExistsError,
    InvalidInputError,
    InvalidNameError,
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
    CmpAnswer,
    ConvertedFile,
    EnrolledCertificate,
    ExportedObject,
    ImportedObject,
    KeyPair,
)
from srpki.keystore.store import DIRECTORY, Format
from srpki.schema.paths import Value, path
from srpki.storage import filenames, urls

if TYPE_CHECKING:
    from srpki.device.node import Node
    from srpki.engine.protocols.cmpv2_record import RequestType
    from srpki.engine.protocols.cmpv2_requests import CmpOutcome
    from srpki.x509.keys import KeySpec

_LEAVES_PENDING = "leaves the request pending"


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


def initial_registration(call: Call) -> Outcome:
    """Register a key at a CMPv2 server and write the certificate (DER) to ``save-as``."""
    for given, missing in (("reference", "password"), ("password", "reference")):
        if call.text(given) and not call.text(missing):  # both [pki.md 8.2]
            raise UsageError(f"{missing} is missing", hint=f"it goes with {given}")
    return _ask(call, "initial-registration")


def cert_request(call: Call) -> Outcome:
    """Ask a CMPv2 server for a further certificate, signed with a present one."""
    return _ask(call, "certificate-request")


def key_update(call: Call) -> Outcome:
    """Ask a CMPv2 server for the successor of a certificate, for a new key."""
    return _ask(call, "key-update")


def _ask(call: Call, kind: RequestType) -> Outcome:
    call.node.files.check_new(call.text("save-as"))
    return _cmp_outcome(
        call.node, call.node.engine.requests.ask(kind, call.inputs, cancel=call.cancel)
    )


def poll(call: Call) -> Outcome:
    """Ask a CMPv2 server again for the certificate it still owes, and write it where it belongs."""
    name = call.text("ca-profile")
    request = call.node.engine.requests.state(name)
    save_as = get(request, path("request-parameters", "save-as"))
    if get(request, path("transaction-status")) == "in-progress" and isinstance(save_as, str):
        call.node.files.check_new(save_as)  # before the answer is fetched, which comes once only
    return _cmp_outcome(call.node, call.node.engine.requests.poll(name, cancel=call.cancel))


def _cmp_outcome(node: Node, outcome: CmpOutcome) -> Outcome:
    """Write the certificate, if there is one; return what the CA answered [pki.md 6.2]."""
    der = outcome.certificate
    if der is not None:
        node.files.write(outcome.save_as, der)
    serial_number, not_after = told_of(der)
    answer = CmpAnswer(
        ca_profile=outcome.ca_profile,
        transaction_status=outcome.status,
        transaction_status_code=outcome.code,
        transaction_status_string=outcome.text or None,
        last_ca_response_time=outcome.response_time,
        save_as=None if der is None else urls.display(outcome.save_as),
        serial_number=serial_number,
        not_after=not_after,
    )
    return Outcome(data=answer)


def clear_request(call: Call) -> Outcome:
    """Forget the pending request of a CA profile, or the saved result of the last one."""
    call.node.engine.requests.clear(call.text("ca-profile"))
    return Outcome()


def convert_file(call: Call) -> Outcome:
    """Write an imported file in the secure or the legacy format [pki.md section 7]."""
    form: Format = "legacy" if call.text("format") == "legacy" else "secure"
    output = call.text("output-file")
    source = call.text("input-file")
    call.node.keystore.convert(source, output, form, replace=call.flag("force"))
    call.node.engine.file_changed(output)
    return Outcome(data=ConvertedFile(input_file=source, output_file=output, format=form))


def est_ca_certificates(call: Call) -> Outcome:
    """Fetch the CA certificates of an EST server and write them, PEM, to ``output-url``.

    A CA that is changing its key is explained: the operator has to act [RFC 7030, 4.1.3].
    """
    from srpki.device.operations import ca_certificates  # noqa: PLC0415 - start-up time
    from srpki.x509 import formats  # noqa: PLC0415 - start-up time

    url, force = call.text("output-url"), call.flag("force")
    call.node.files.check_new(url, force=force)
    profile = call.text("est-profile")
    found = call.node.engine.est_requests.ca_certificates(profile, cancel=call.cancel)
    call.node.files.write(url, formats.write_certificates(found, "pem"), force=force)
    return Outcome(data=ca_certificates.received(profile, urls.display(url), found))


def est_enroll(call: Call) -> Outcome:
    """Enrol an imported key at an EST server; the certificate becomes an imported file."""
    _check_output(call)
    if not call.text("subject-dn"):  # optional in YANG, but a request needs one
        raise UsageError("subject-dn is missing", hint="as C=DE,O=Lab,CN=name")
    found = call.node.engine.est_requests.enroll(
        call.text("est-profile"),
        key_file=_imported(call.text("key")),
        subject_dn=call.text("subject-dn"),
        domain_name=call.text("domain-name"),
        ip_address=call.text("ip-address"),
        hash_algorithm=call.text("hash-algorithm", "sha256"),
        cancel=call.cancel,
        waiting=telling(call, _LEAVES_PENDING),
    )
    return _keep(call, found[0])


def est_renew(call: Call) -> Outcome:
    """Renew a certificate for the same key at an EST server [RFC 7030, 4.2.2]."""
    _check_output(call)
    found = call.node.engine.est_requests.renew(
        call.text("est-profile"),
        certificate_file=_imported(call.text("certificate")),
        key_file=_imported(call.text("key")),
        hash_algorithm=call.text("hash-algorithm", "sha256"),
        cancel=call.cancel,
        waiting=telling(call, _LEAVES_PENDING),
    )
    return _keep(call, found[0])


def _check_output(call: Call) -> None:
    """Refuse a bad or taken output name before the server is troubled."""
    output = filenames.new_file_name(call.text("output-file"))
    if call.node.keystore.exists(output) and not call.flag("force"):
        raise ExistsError(f'file "{output}" is imported already', hint="add force to replace it")


def _keep(call: Call, certificate: bytes) -> Outcome:
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    if call.flag("validate-certificate-chain"):
        call.node.engine.check_chain(certificate, just_issued=True)
    output = call.text("output-file")
    call.node.keystore.put("certificate", output, certificate, replace=call.flag("force"))
    call.node.engine.file_changed(output)
    facts = certificates.facts(certificate)
    enrolled = EnrolledCertificate(
        est_profile=call.text("est-profile"),
        output_file=output,
        subject=facts.subject,
        serial_number=facts.serial,
        not_before=facts.not_before,
        not_after=facts.not_after,
    )
    return Outcome(data=enrolled)


def _imported(url: str) -> str:
    r"""Return the imported file that *url* names: ``cf3:\system-pki\NAME``."""
    directory, _, name = urls.display(url).rpartition("\\")
    if directory.lower() != f"cf3:\\{DIRECTORY}":
        raise InvalidNameError(
            f"'{urls.display(url)}' is not an imported file",
            hint=f"import it, then name cf3:\\{DIRECTORY}\\FILE",
        )
    return filenames.file_name(name)


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
    "pki.cmpv2.cert-request": cert_request,
    "pki.cmpv2.initial-registration": initial_registration,
    "pki.cmpv2.key-update": key_update,
    "pki.cmpv2.poll": poll,
    "pki.cmpv2.clear-request": clear_request,
    "pki.est.ca-certificates": est_ca_certificates,
    "pki.est.enroll": est_enroll,
    "pki.est.renew": est_renew,
}
