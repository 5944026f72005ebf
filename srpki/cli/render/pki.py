"""Tells what the actions on certificates, keys and CRLs have done; most of them say nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import ForReader, Layout, said
from srpki.core.record import Record
from srpki.device.records.pki import (
    CaCertificates,
    CaRollover,
    CertificateSigningRequest,
    CertificateUpdate,
    CmpAnswer,
    ConvertedFile,
    DownloadedCrl,
    EnrolledCertificate,
    ExportedObject,
    ImportedObject,
    KeyPair,
    ReloadedFiles,
    RolloverLink,
)
from srpki.device.system import rfc3339
from srpki.management.outcomes import told, wrong


def _nothing(data: object) -> Layout:
    del data  # it went well, and SR OS prints nothing
    return said()


def _told(data: Record) -> Layout:
    return said(*told(data))


def _update(data: CertificateUpdate) -> Layout:
    sentence = wrong(data)
    return ForReader(lambda reader: (reader.failed(sentence),)) if sentence else said()


# --- a CA that changes its key --------------------------------------------------------------------


def _ca_certificates(data: CaCertificates) -> Layout:
    lines = (line for change in data.rollover for line in _rollover(change))
    return said(*told(data), *lines)


def _rollover(change: CaRollover) -> Iterator[str]:
    """Explain it to the operator, who has to act on it [RFC 7030, 4.1.3]."""
    yield f'CA "{change.subject}" is changing its key:'
    for link in change.link:
        key = "new" if link.new else "old"
        other = "the new one" if link.by_new else "the old one"
        signer = "itself" if link.new == link.by_new else other
        yield (
            f"    certificate {link.position}: {key} key signed by {signer},"
            f" valid to {rfc3339(link.not_after)}"
        )
    yield from _advice(change)


def _advice(change: CaRollover) -> Iterator[str]:
    back = _link(change, new=False, by_new=True)
    if back is not None:
        yield f"Certificate {back.position} leads from the new key to what the old one has issued."
    new = _link(change, new=True, by_new=True)
    if new is None:
        return
    link = _link(change, new=True, by_new=False)
    if link is not None:
        yield f"The old key vouches for the new one by certificate {link.position}."
    else:
        yield "The old key does not vouch for the new one. Compare by another way its SHA-256"
        yield f"fingerprint {new.fingerprint}."
    old = _link(change, new=False, by_new=False)
    until = f" before {rfc3339(old.not_after)}" if old is not None else ""
    yield f"Import certificate {new.position} and trust it by a ca-profile{until}."


def _link(change: CaRollover, *, new: bool, by_new: bool) -> RolloverLink | None:
    """Return the certificate of the new or old key by the new or old one."""
    return next((one for one in change.link if (one.new, one.by_new) == (new, by_new)), None)


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {
    CaCertificates: _ca_certificates,
    CertificateSigningRequest: _nothing,
    CertificateUpdate: _update,
    CmpAnswer: _told,
    ConvertedFile: _nothing,
    DownloadedCrl: _told,
    EnrolledCertificate: _nothing,
    ExportedObject: _nothing,
    ImportedObject: _told,
    KeyPair: _nothing,
    ReloadedFiles: _nothing,
}
