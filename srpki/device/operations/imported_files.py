"""What the imported files are: kind, subject, end, and who uses each; not a command of SR OS."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from srpki.core.errors import SrpkiError
from srpki.device.records.certificate import ImportedFile

if TYPE_CHECKING:
    from srpki.config.views import PkiView
    from srpki.device.node import Node

_DAY = timedelta(days=1)


def imported_files(node: Node) -> Sequence[ImportedFile]:
    """Return the imported files of *node*, sorted; raises `StorageError`."""
    users = _users(node)
    return [_look(node, name, users.get(name, ())) for name in node.keystore.names()]


def days_left(not_after: datetime | None, now: datetime) -> int | None:
    """Return the whole days from *now* to *not_after*, negative when it has passed."""
    return None if not_after is None else (not_after - now) // _DAY


def end_of(node: Node, name: str) -> datetime | None:
    """Return when the certificate in the file *name* ends, None when it cannot be read."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    try:
        return certificates.facts(node.keystore.read_certificate(name)).not_after
    except SrpkiError:
        return None


def _look(node: Node, name: str, users: Sequence[str]) -> ImportedFile:
    from srpki.x509 import certificates, crl, keys  # noqa: PLC0415 - start-up time

    keystore, kind = node.keystore, "unreadable"
    end: datetime | None = None
    try:
        kind = keystore.kind_of(name)
        match kind:
            case "certificate":
                facts = certificates.facts(keystore.read_certificate(name))
                subject, end = facts.subject, facts.not_after
            case "crl":
                found = crl.contents(keystore.read_crl(name))
                subject, end = found.issuer, found.dates.next_update
            case _:
                subject = keys.describe(keys.spec_of(keystore.read_key(name)))
    except SrpkiError as error:
        return ImportedFile(name, kind, error.sentence, None, None, tuple(users))
    left = days_left(end, node.clock.now())
    return ImportedFile(name, kind, subject, end, left, tuple(users))


def _users(node: Node) -> Mapping[str, Sequence[str]]:
    """Return for each file what names it in the configuration, in the order of the kinds."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for file, _, user in references(node.engine.view):
        if file and user not in found[file]:
            found[file].append(user)
    return found


def references(view: PkiView) -> Sequence[tuple[str, str, str]]:
    """Return the files that *view* names, each with its kind and what uses it."""
    named: list[tuple[str, str, str]] = []
    for entry in view.auto_updates.values():
        user = f'auto-update "{entry.certificate_file_name}"'
        named += _pair(entry.certificate_file_name, entry.key_file_name, user)
    for name, profile in view.ca_profiles.items():
        user = f'ca-profile "{name}"'
        named += [
            (profile.cert_file, "certificate", user),
            (profile.crl_file, "crl", user),
            (profile.cmpv2.response_signing_cert, "certificate", user),
        ]
    for name, ipsec in view.ipsec_cert_profiles.items():
        for pair in ipsec.entries:
            named += _pair(pair.cert, pair.key, f'ipsec cert-profile "{name}"')
    for name, tls in view.cert_profiles.items():
        for item in tls.entries:
            named += _pair(item.certificate_file, item.key_file, f'tls cert-profile "{name}"')
    return named


def _pair(certificate: str, key: str, user: str) -> tuple[tuple[str, str, str], ...]:
    return (certificate, "certificate", user), (key, "key", user)
