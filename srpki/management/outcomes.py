"""What there is to say of an operation that has run, in sentences that every front end shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from srpki.device.records.files import CopiedFiles, RemovedFiles
from srpki.device.records.pki import (
    CaCertificates,
    CertificateUpdate,
    CmpAnswer,
    DownloadedCrl,
    ImportedObject,
)
from srpki.device.system import rfc3339

if TYPE_CHECKING:
    from srpki.core.record import Record


def wrong(data: Record | None) -> str:
    """Return what went wrong, as *data* tells; empty where it tells of nothing."""
    match data:
        case CertificateUpdate(step=int(step)):
            sentence = (
                f"update of {data.certificate_file_name} failed in step {step}: {data.reason}"
            )
            if data.next_update_time is not None:
                sentence += f" - tried again at {rfc3339(data.next_update_time)}"
            return sentence
        case CopiedFiles() | RemovedFiles():
            return data.error or ""
    return ""


def told(data: Record | None) -> tuple[str, ...]:
    """Return what there is to know of an action on certificates that went well, in lines."""
    words = _TOLD.get(type(data))
    return () if words is None else words(data)


def _answer(data: CmpAnswer) -> tuple[str, ...]:
    """Say what the CA answered [pki.md 6.2]."""
    more = (data.transaction_status_string,) if data.transaction_status_string else ()
    return ("Processing request...", f"Received '{data.transaction_status_code}'.", *more)


def _imported(data: ImportedObject) -> tuple[str, ...]:
    if not data.not_der:
        return ()
    return (f"not DER: {', '.join(data.not_der)}; a router may refuse it",)


_TOLD: Final[dict[type, Callable[[Any], tuple[str, ...]]]] = {
    CaCertificates: lambda data: (f"{data.received} CA certificates received.",),
    CmpAnswer: _answer,
    DownloadedCrl: lambda data: (f"CRL downloaded from {data.url}.",),
    ImportedObject: _imported,
}
