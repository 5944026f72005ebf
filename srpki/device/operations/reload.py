"""``reload``: lets the applications that use a file read it again, in the forms of both CLIs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from srpki.core.errors import MissingInputError, RefusedError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.pki import ReloadedFiles

if TYPE_CHECKING:
    from srpki.engine.applications import Part, Use


def reload(call: Call) -> Outcome:
    """Let the applications that use a pair read it again."""
    certificate, key = call.text("certificate"), call.text("key")
    users = [use for use in call.node.engine.applications.users_of(certificate) if use.key == key]
    if not users:
        raise RefusedError(
            f'no application uses "{certificate}" with key "{key}"', hint="see the cert-profiles"
        )
    call.node.engine.applications.reload(certificate)
    return _reloaded((key, certificate), users)


def reload_type(call: Call) -> Outcome:
    """Let the users of a certificate, a key or a pair read it again [pki.md 4.1]."""
    application = {"ipsec": "IPsec", "tls": "TLS"}[call.text("protocol")]
    kind = next(name for name in ("cert", "key", "cert-key-pair") if name in call.inputs)
    file, key = call.text(kind), call.text("key-file")
    if kind == "cert-key-pair" and not key:
        raise MissingInputError(("key-file",))
    part: Part = "key" if kind == "key" else "certificate"
    applications = call.node.engine.applications
    users = [
        use
        for use in applications.users()
        if use.application == application
        and file == (use.key if part == "key" else use.certificate)
        and key in ("", use.key)
    ]
    if not users:
        beside = f' with key "{key}"' if key and part == "certificate" else ""
        raise RefusedError(
            f'no {application} application uses "{file}"{beside}', hint="see the cert-profiles"
        )
    if kind == "cert-key-pair":
        applications.reload(file)
    else:
        applications.reload_file(users, part)
    return _reloaded((key, file) if kind == "cert-key-pair" else (file,), users)


def _reloaded(files: tuple[str, ...], users: Sequence[Use]) -> Outcome:
    applications = tuple(sorted({use.application for use in users}))
    return Outcome(data=ReloadedFiles(file=files, application=applications))


OPERATIONS: dict[str, Operation] = {
    "pki.reload": reload,
    "pki.reload-type": reload_type,
}
