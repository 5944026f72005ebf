"""What the actions on certificates, keys and CRLs have done."""

from __future__ import annotations

from datetime import datetime

from srpki.core.record import Record


class KeyPair(Record):
    """A key pair that was made and written to *save_path*: of *key_size* bits, or on *curve*."""

    save_path: str
    key_type: str
    key_size: int | None
    curve: str | None


class CertificateSigningRequest(Record):
    """A request (PKCS#10, DER) that was made for a key and written to *output_url*."""

    key_url: str
    output_url: str
    subject_dn: str | None
    domain_name: str | None
    ip_address: str | None


class ImportedObject(Record):
    """A file that was imported; *not_der* names what of it is not as RFC 5280 has it.

    A certificate has a *serial_number* and the instant *not_after* which it is not valid.
    """

    type: str
    input_url: str
    output_file: str
    format: str
    serial_number: int | None
    not_after: datetime | None
    not_der: tuple[str, ...]


class ExportedObject(Record):
    """An imported file that was exported."""

    type: str
    input_file: str
    output_url: str
    format: str


class ConvertedFile(Record):
    """An imported file that was written in the secure or the legacy format."""

    input_file: str
    output_file: str
    format: str


class CertificateUpdate(Record):
    """An update of a certificate that was asked for, from *start_time* to *end_time*.

    Where it failed, in *step* and for *reason*, it is tried again at *next_update_time*, if at all.
    """

    certificate_file_name: str
    key_file_name: str | None
    profile: str | None
    start_time: datetime
    end_time: datetime
    old_serial_number: int | None
    new_serial_number: int | None
    not_after: datetime | None
    step: int | None
    reason: str | None
    next_update_time: datetime | None


class CmpAnswer(Record):
    """What a CMPv2 server has answered to a request by hand, at *last_ca_response_time*.

    The certificate, once it is there, is in the file at *save_as*.
    """

    ca_profile: str
    transaction_status: str
    transaction_status_code: str
    transaction_status_string: str | None
    last_ca_response_time: datetime | None
    save_as: str | None
    serial_number: int | None
    not_after: datetime | None


class EnrolledCertificate(Record):
    """A certificate that an EST server has issued, now in *output_file*."""

    est_profile: str
    output_file: str
    subject: str
    serial_number: int
    not_before: datetime
    not_after: datetime


class CaCertificate(Record):
    """A CA certificate; *fingerprint* is SHA-256, in hexadecimal."""

    subject: str
    serial_number: int
    not_before: datetime
    not_after: datetime
    fingerprint: str


class RolloverLink(Record):
    """A certificate of a CA that changes its key: the *position* among those that came, from 1.

    *new* says that it certifies the new key, *by_new* that the new key has signed it.
    """

    position: int
    new: bool
    by_new: bool
    not_after: datetime
    fingerprint: str


class CaRollover(Record):
    """The change of key of the CA *subject*, with its certificates [RFC 7030, 4.1.3]."""

    subject: str
    link: tuple[RolloverLink, ...]


class CaCertificates(Record):
    """The CA certificates of an EST server, now in the file at *output_url*.

    One that cannot be read is counted by *received* alone.
    """

    est_profile: str
    output_url: str
    received: int
    certificate: tuple[CaCertificate, ...]
    rollover: tuple[CaRollover, ...]


class ReloadedFiles(Record):
    """The files that applications have read again, and which they are."""

    file: tuple[str, ...]
    application: tuple[str, ...]


class DownloadedCrl(Record):
    """A CRL that was downloaded from *url* and is in use."""

    ca_profile: str
    crl_file: str
    url: str
