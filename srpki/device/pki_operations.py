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
from srpki.device import pki_contents, revocation_operations, show_request
from srpki.device.operations import Inputs, Operation, Outcome, flag, text, told
from srpki.device.pki_contents import SEALED_KEY
from srpki.device.results import Message
from srpki.device.system import rfc3339
from srpki.device.waiting import telling
from srpki.keystore import names
from srpki.keystore.store import DIRECTORY, Format
from srpki.schema.paths import Value, path

if TYPE_CHECKING:
    from srpki.device.router import Router
    from srpki.engine.request_record import RequestType
    from srpki.engine.requests import CmpOutcome
    from srpki.x509.keys import KeySpec

_LEAVES_PENDING = "leaves the request pending"


def generate_keypair(router: Router, inputs: Inputs) -> Outcome:
    """Generate a key pair and write it, sealed, to ``save-path``, over a file that is there.

    The saved configuration and imported files are never written over [observed-2.md 6].
    """
    from srpki.x509 import keys  # noqa: PLC0415 - start-up time

    url = text(inputs, "save-path")
    spec = _key_spec(inputs)
    description = keys.describe(spec)
    try:
        router.files.check_new(url, force=True)
        der = keys.private_der(keys.generate(spec))
        router.files.write(url, router.seal.seal(der, SEALED_KEY), force=True)
    except SrpkiError as error:
        _publish_key(router, url, description, f"failed: {error.sentence}")
        raise
    _publish_key(router, url, description, "success")
    return Outcome()


def _key_spec(inputs: Inputs) -> KeySpec:
    from srpki.x509 import keys  # noqa: PLC0415 - start-up time

    if "ecdsa-curve" in inputs:
        return keys.KeySpec("ecdsa", curve=text(inputs, "ecdsa-curve"))
    if "dsa-key-size" in inputs:
        return keys.KeySpec("dsa", size=_number(inputs["dsa-key-size"]))
    return keys.KeySpec("rsa", size=_number(inputs["rsa-key-size"]))


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _publish_key(router: Router, url: str, description: str, outcome: str) -> None:
    shown = names.display(url)
    router.bus.publish(
        router.clock.now(), KEY_PAIR_GENERATED, "Cert", url=shown, key=description, outcome=outcome
    )


def import_file(router: Router, inputs: Inputs) -> Outcome:
    """Import a certificate, key or CRL from ``cf3:``; a file of the same name is replaced."""
    try:
        odd = _import(router, inputs)
    except SrpkiError as error:
        _publish_import(router, inputs, f"failed: {error.sentence}")
        raise
    _publish_import(router, inputs, "success")
    return told(f"not DER: {', '.join(odd)}; a router may refuse it") if odd else Outcome()


def _import(router: Router, inputs: Inputs) -> tuple[str, ...]:
    """Import a file; returns what of it is not as RFC 5280 has it."""
    from srpki.x509 import formats, keys  # noqa: PLC0415 - start-up time

    output, kind = text(inputs, "output-file"), text(inputs, "type")
    content = _unsealed(router, router.files.read(text(inputs, "input-url")), kind)
    form, password = text(inputs, "format"), text(inputs, "password")
    match kind:
        case "certificate":
            der = formats.read_certificates(content, form, password)[0]
            if flag(inputs, "validate-certificate-chain"):
                router.engine.check_chain(der)
            router.keystore.put("certificate", output, der)
        case "key":
            der = keys.private_der(formats.read_key(content, form, password))
            router.keystore.put("key", output, der)
        case _:
            der = formats.read_crl(content, form)
            router.keystore.put("crl", output, der)
    router.engine.file_changed(output)
    return pki_contents.not_der(kind, der, content, form)


def _unsealed(router: Router, content: bytes, kind: str) -> bytes:
    """Return *content*, opened (then DER) when it is a key pair that was generated here."""
    if not router.seal.is_sealed(content):
        return content
    if router.seal.purpose_of(content) != SEALED_KEY:
        raise InvalidInputError(
            "this is a sealed file, but no key pair that was generated", hint="import the original"
        )
    if kind != "key":
        raise InvalidInputError(f"this is a private key, not a {kind}", hint="give the right type")
    return router.seal.open(content, SEALED_KEY)


def _publish_import(router: Router, inputs: Inputs, outcome: str) -> None:
    router.bus.publish(
        router.clock.now(),
        CERTIFICATE_IMPORTED,
        "Cert",
        kind=text(inputs, "type"),
        url=names.display(text(inputs, "input-url")),
        file=text(inputs, "output-file"),
        format=text(inputs, "format"),
        outcome=outcome,
    )


def export(router: Router, inputs: Inputs) -> Outcome:
    """Export a keystore file to ``cf3:``; a key leaves only under a password."""
    try:
        _export(router, inputs)
    except SrpkiError as error:
        _publish_export(router, inputs, f"failed: {error.sentence}")
        raise
    _publish_export(router, inputs, "success")
    return Outcome()


def _publish_export(router: Router, inputs: Inputs, outcome: str) -> None:
    router.bus.publish(
        router.clock.now(),
        FILE_EXPORTED,
        "Cert",
        kind=text(inputs, "type"),
        file=text(inputs, "input-file"),
        url=names.display(text(inputs, "output-url")),
        format=text(inputs, "format"),
        outcome=outcome,
    )


def _export(router: Router, inputs: Inputs) -> None:
    from srpki.x509 import formats  # noqa: PLC0415 - start-up time

    source, url = text(inputs, "input-file"), text(inputs, "output-url")
    form, password = text(inputs, "format"), text(inputs, "password")
    router.files.check_new(url)
    match text(inputs, "type"):
        case "certificate" if form == "pkcs12":
            key_file = text(inputs, "key-file")
            if not key_file:
                raise UsageError(
                    "key-file is missing", hint="PKCS#12 holds a key with its certificate"
                )
            certificate, key = router.keystore.read_pair(source, key_file)
            content = formats.write_pkcs12(certificate, key, _password(password))
        case "certificate":
            content = formats.write_certificates([router.keystore.read_certificate(source)], form)
        case "key":
            content = formats.write_key(router.keystore.read_key(source), form, _password(password))
        case _:
            content = formats.write_crl(router.keystore.read_crl(source), form)
    router.files.write(url, content)


def _password(password: str) -> str:
    if not password:
        raise RefusedError("a private key is not written in clear", hint="give a password")
    return password


def initial_registration(router: Router, inputs: Inputs) -> Outcome:
    """Register a key at a CMPv2 server and write the certificate (DER) to ``save-as``."""
    for given, missing in (("reference", "password"), ("password", "reference")):
        if text(inputs, given) and not text(inputs, missing):  # both [pki.md 8.2]
            raise UsageError(f"{missing} is missing", hint=f"it goes with {given}")
    return _ask(router, "initial-registration", inputs)


def cert_request(router: Router, inputs: Inputs) -> Outcome:
    """Ask a CMPv2 server for a further certificate, signed with a present one."""
    return _ask(router, "certificate-request", inputs)


def key_update(router: Router, inputs: Inputs) -> Outcome:
    """Ask a CMPv2 server for the successor of a certificate, for a new key."""
    return _ask(router, "key-update", inputs)


def _ask(router: Router, kind: RequestType, inputs: Inputs) -> Outcome:
    router.files.check_new(text(inputs, "save-as"))
    return _cmp_outcome(router, router.engine.requests.ask(kind, inputs, cancel=router.cancel))


def poll(router: Router, inputs: Inputs) -> Outcome:
    """Ask a CMPv2 server again for the certificate it still owes, and write it where it belongs."""
    name = text(inputs, "ca-profile")
    request = router.engine.requests.state(name)
    save_as = get(request, path("request-parameters", "save-as"))
    if get(request, path("transaction-status")) == "in-progress" and isinstance(save_as, str):
        router.files.check_new(save_as)  # before the answer is fetched, which comes once only
    return _cmp_outcome(router, router.engine.requests.poll(name, cancel=router.cancel))


def _cmp_outcome(router: Router, outcome: CmpOutcome) -> Outcome:
    """Write the certificate, if there is one, and say what the CA answered [pki.md 6.2]."""
    if outcome.certificate is not None:
        router.files.write(outcome.save_as, outcome.certificate)
    lines = ["Processing request...", f"Received '{outcome.code}'."]
    if outcome.text:
        lines.append(outcome.text)
    return told(*lines)


def clear_request(router: Router, inputs: Inputs) -> Outcome:
    """Forget the pending request of a CA profile, or the saved result of the last one."""
    router.engine.requests.clear(text(inputs, "ca-profile"))
    return Outcome()


def convert_file(router: Router, inputs: Inputs) -> Outcome:
    """Write an imported file in the secure or the legacy format [pki.md section 7]."""
    form: Format = "legacy" if text(inputs, "format") == "legacy" else "secure"
    output = text(inputs, "output-file")
    router.keystore.convert(text(inputs, "input-file"), output, form, replace=flag(inputs, "force"))
    router.engine.file_changed(output)
    return Outcome()


def est_ca_certificates(router: Router, inputs: Inputs) -> Outcome:
    """Fetch the CA certificates of an EST server and write them, PEM, to ``output-url``.

    A CA that is changing its key is explained: the operator has to act [RFC 7030, 4.1.3].
    """
    from srpki.device.rollovers import explain  # noqa: PLC0415 - start-up time
    from srpki.x509 import formats  # noqa: PLC0415 - start-up time

    url, force = text(inputs, "output-url"), flag(inputs, "force")
    router.files.check_new(url, force=force)
    profile = text(inputs, "est-profile")
    found = router.engine.est_requests.ca_certificates(profile, cancel=router.cancel)
    router.files.write(url, formats.write_certificates(found, "pem"), force=force)
    lines = (f"{len(found)} CA certificates received.", *explain(found))
    return Outcome(messages=tuple(Message("info", line) for line in lines))


def est_enroll(router: Router, inputs: Inputs) -> Outcome:
    """Enrol an imported key at an EST server; the certificate becomes an imported file."""
    _check_output(router, inputs)
    if not text(inputs, "subject-dn"):  # optional in YANG, but a request needs one
        raise UsageError("subject-dn is missing", hint="as C=DE,O=Lab,CN=name")
    found = router.engine.est_requests.enroll(
        text(inputs, "est-profile"),
        key_file=_imported(text(inputs, "key")),
        subject_dn=text(inputs, "subject-dn"),
        domain_name=text(inputs, "domain-name"),
        ip_address=text(inputs, "ip-address"),
        hash_algorithm=text(inputs, "hash-algorithm", "sha256"),
        cancel=router.cancel,
        waiting=telling(router, _LEAVES_PENDING),
    )
    return _keep(router, inputs, found[0])


def est_renew(router: Router, inputs: Inputs) -> Outcome:
    """Renew a certificate for the same key at an EST server [RFC 7030, 4.2.2]."""
    _check_output(router, inputs)
    found = router.engine.est_requests.renew(
        text(inputs, "est-profile"),
        certificate_file=_imported(text(inputs, "certificate")),
        key_file=_imported(text(inputs, "key")),
        hash_algorithm=text(inputs, "hash-algorithm", "sha256"),
        cancel=router.cancel,
        waiting=telling(router, _LEAVES_PENDING),
    )
    return _keep(router, inputs, found[0])


def _check_output(router: Router, inputs: Inputs) -> None:
    """Refuse a bad or taken output name before the server is troubled."""
    output = names.new_file_name(text(inputs, "output-file"))
    if router.keystore.exists(output) and not flag(inputs, "force"):
        raise ExistsError(f'file "{output}" is imported already', hint="add force to replace it")


def _keep(router: Router, inputs: Inputs, certificate: bytes) -> Outcome:
    if flag(inputs, "validate-certificate-chain"):
        router.engine.check_chain(certificate, just_issued=True)
    output = text(inputs, "output-file")
    router.keystore.put("certificate", output, certificate, replace=flag(inputs, "force"))
    router.engine.file_changed(output)
    return Outcome()


def _imported(url: str) -> str:
    r"""Return the imported file that *url* names: ``cf3:\system-pki\NAME``."""
    directory, _, name = names.display(url).rpartition("\\")
    if directory.lower() != f"cf3:\\{DIRECTORY}":
        raise InvalidNameError(
            f"'{names.display(url)}' is not an imported file",
            hint=f"import it, then name cf3:\\{DIRECTORY}\\FILE",
        )
    return names.file_name(name)


def reload(router: Router, inputs: Inputs) -> Outcome:
    """Let the applications that use a pair read it again."""
    certificate, key = text(inputs, "certificate"), text(inputs, "key")
    users = [use for use in router.engine.applications.users_of(certificate) if use.key == key]
    if not users:
        raise RefusedError(
            f'no application uses "{certificate}" with key "{key}"', hint="see the cert-profiles"
        )
    router.engine.applications.reload(certificate)
    return Outcome()


def update_certificate(router: Router, inputs: Inputs) -> Outcome:
    """Renew a certificate now; comes back when it is renewed or waits for its retry."""
    outcome = router.engine.update_now(
        text(inputs, "certificate"),
        cancel=router.cancel,
        waiting=telling(router, "ends the waiting, not the update"),
    )
    if outcome.ok:
        return Outcome()
    reason = f"update of {outcome.certificate} failed in step {outcome.step}: {outcome.reason}"
    if outcome.retry is not None:
        reason += f" - tried again at {rfc3339(outcome.retry)}"
    return Outcome(ok=False, messages=(Message("error", reason),))


OPERATIONS: dict[str, Operation] = {
    "pki.generate-keypair": generate_keypair,
    "pki.convert-file": convert_file,
    "pki.import": import_file,
    "pki.export": export,
    "pki.reload": reload,
    "pki.update-certificate": update_certificate,
    "pki.cmpv2.cert-request": cert_request,
    "pki.cmpv2.initial-registration": initial_registration,
    "pki.cmpv2.key-update": key_update,
    "pki.cmpv2.poll": poll,
    "pki.cmpv2.clear-request": clear_request,
    "pki.est.ca-certificates": est_ca_certificates,
    "pki.est.enroll": est_enroll,
    "pki.est.renew": est_renew,
    **pki_contents.OPERATIONS,
    **revocation_operations.OPERATIONS,
    **show_request.OPERATIONS,
}
