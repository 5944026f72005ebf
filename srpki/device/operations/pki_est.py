"""``admin system security pki est``: what is asked of an EST server by hand."""

from __future__ import annotations

from typing import Final

from srpki.core.errors import ExistsError, InvalidNameError, UsageError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.waiting import telling
from srpki.device.records.pki import EnrolledCertificate
from srpki.keystore.store import DIRECTORY
from srpki.storage import filenames, urls

_LEAVES_PENDING: Final = "leaves the request pending"


def ca_certificates(call: Call) -> Outcome:
    """Fetch the CA certificates of an EST server and write them, PEM, to ``output-url``.

    A CA that is changing its key is explained: the operator has to act [RFC 7030, 4.1.3].
    """
    from srpki.device.operations.ca_certificates import received  # noqa: PLC0415 - start-up time
    from srpki.x509 import formats  # noqa: PLC0415 - start-up time

    url, force = call.text("output-url"), call.flag("force")
    call.node.files.check_new(url, force=force)
    profile = call.text("est-profile")
    found = call.node.engine.est_requests.ca_certificates(profile, cancel=call.cancel)
    call.node.files.write(url, formats.write_certificates(found, "pem"), force=force)
    return Outcome(data=received(profile, urls.display(url), found))


def enroll(call: Call) -> Outcome:
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


def renew(call: Call) -> Outcome:
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


OPERATIONS: dict[str, Operation] = {
    "pki.est.ca-certificates": ca_certificates,
    "pki.est.enroll": enroll,
    "pki.est.renew": renew,
}
