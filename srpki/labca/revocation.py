"""What the lab CA says of revocation: its CRL and its OCSP answers [RFC 5280, 5; RFC 6960].

Both are served over plain HTTP beside CMP, at the authority's time, and both can be struck by the
fault script. The issuing CA signs them itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import threading
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote, urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from srpki.core.clock import Clock
from srpki.core.wire import HttpReply, HttpRequest
from srpki.labca import crls
from srpki.labca.authority import Authority
from srpki.labca.conditions import Circumstances
from srpki.labca.fault_script import FaultScript
from srpki.labca.generations import Generation
from srpki.labca.store import REVOKED
from srpki.labca.striking import StruckError, strike
from srpki.x509 import certificates, der, keys

_CRL_PATHS: Final = re.compile(r"/crl/issuing(?:-([2-9]))?\.crl")
OCSP_PATH: Final = "/ocsp"
_CRL_TYPE: Final = "application/pkix-crl"
_OCSP_TYPE: Final = "application/ocsp-response"
_MOST_REQUEST: Final = 4096
_OCSP_LIFE: Final = timedelta(hours=12)


def crl_path(number: int) -> str:
    """Return the path of the CRL of the CA's key *number*."""
    return "/crl/issuing.crl" if number == 1 else f"/crl/issuing-{number}.crl"


class RevocationResponder:
    """Answers requests for the CRL and for the status of one certificate; safe between threads."""

    def __init__(
        self,
        authority: Authority,
        faults: FaultScript,
        *,
        log: Callable[[str], None],
        cancel: threading.Event,
        pace: Clock,
    ) -> None:
        """Tell what *authority* has revoked; a slow answer takes its seconds on *pace*."""
        self._authority = authority
        self._faults = faults
        self._log = log
        self._cancel = cancel
        self._pace = pace

    @staticmethod
    def serves(request: HttpRequest) -> bool:
        """Say whether *request* is for this responder."""
        path = urlsplit(request.url).path
        crl = _CRL_PATHS.fullmatch(path) is not None
        return crl or path == OCSP_PATH or path.startswith(f"{OCSP_PATH}/")

    def handle(self, request: HttpRequest) -> HttpReply | None:
        """Return the answer, None for none at all."""
        wants_crl = _CRL_PATHS.fullmatch(urlsplit(request.url).path)
        operation, content_type = ("crl", _CRL_TYPE) if wants_crl else ("ocsp", _OCSP_TYPE)
        here = Circumstances(now=self._authority.clock.now(), clients=lambda: (request.client,))
        fault = self._faults.take(operation, circumstances=here)
        if fault is not None:
            self._log(f"{operation}: (fault: {fault})")
        try:
            strike(fault, content_type, self._pace, self._cancel)
        except StruckError as struck:
            return struck.reply
        number = int(wants_crl[1] or 1) if wants_crl else 0
        if number > len(self._authority.generations.all):
            return HttpReply(status=HTTPStatus.NOT_FOUND)
        body = self._crl(number) if wants_crl else self._status(request)
        if body is None:
            return HttpReply(status=HTTPStatus.BAD_REQUEST)
        return HttpReply(status=HTTPStatus.OK, headers={"content-type": content_type}, body=body)

    def _crl(self, number: int) -> bytes:
        self._log(f"crl: {len(self._authority.revoked())} certificates revoked")
        return self._authority.current_crl(number)

    def _status(self, request: HttpRequest) -> bytes | None:
        data = _request_octets(request)
        if data is None:
            return None
        try:
            asked = ocsp.load_der_ocsp_request(data)
            answer = status(self._authority, asked)
        except (ValueError, NotImplementedError, UnsupportedAlgorithm, x509.DuplicateExtension):
            self._log("ocsp: malformed request")
            malformed = ocsp.OCSPResponseStatus.MALFORMED_REQUEST
            return ocsp.OCSPResponseBuilder.build_unsuccessful(malformed).public_bytes(Encoding.DER)
        said = answer.certificate_status.name.lower()
        self._log(f"ocsp: serial {answer.serial_number:x} is {said}")
        return answer.public_bytes(Encoding.DER)


def _request_octets(request: HttpRequest) -> bytes | None:
    """Return the OCSPRequest of a POST or a GET [RFC 6960, A.1], None when there is none."""
    if request.method == "POST":
        return request.body if len(request.body) <= _MOST_REQUEST else None
    encoded = unquote(urlsplit(request.url).path.removeprefix(f"{OCSP_PATH}/"))
    try:
        return base64.b64decode(encoded, validate=True) if len(encoded) <= _MOST_REQUEST else None
    except (binascii.Error, ValueError):
        return None


def status(authority: Authority, asked: ocsp.OCSPRequest) -> ocsp.OCSPResponse:
    """Return the signed answer to *asked*, for one certificate [RFC 6960, 4.2].

    Raises `ValueError` for a request about several, or by a hash that is not known.
    """
    generation = _named(asked, authority) or authority.generations.now
    issuing = x509.load_der_x509_certificate(generation.issuing.certificate)
    record = authority.numbered(asked.serial_number) if _names_us(asked, issuing) else None
    if record is not None and not _by(record.certificate, issuing):
        record = None
    now = authority.clock.now().replace(microsecond=0)
    revoked = record is not None and record.state == REVOKED
    said = ocsp.OCSPCertStatus.UNKNOWN if record is None else ocsp.OCSPCertStatus.GOOD
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response_by_hash(
            issuer_name_hash=asked.issuer_name_hash,
            issuer_key_hash=asked.issuer_key_hash,
            serial_number=asked.serial_number,
            algorithm=asked.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else said,
            this_update=now,
            next_update=now + _OCSP_LIFE,
            revocation_time=(record.revoked_at or now) if record and revoked else None,
            revocation_reason=crls.flag(record.reason) if record and revoked else None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, issuing)
    )
    for extension in asked.extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            builder = builder.add_extension(extension.value, critical=False)
    return builder.sign(generation.issuing.key, SHA256())


def _named(asked: ocsp.OCSPRequest, authority: Authority) -> Generation | None:
    """Return the generation under whose key *asked* looks for a certificate."""
    for one in authority.generations.all:
        if _names_us(asked, x509.load_der_x509_certificate(one.issuing.certificate)):
            return one
    return None


def _by(certificate: bytes, issuing: x509.Certificate) -> bool:
    """Say whether *certificate* (DER) is by the key of *issuing*."""
    facts = certificates.facts(certificate)
    ours = certificates.facts(issuing.public_bytes(Encoding.DER)).subject_key_identifier
    return facts.authority_key_identifier == ours


def _names_us(asked: ocsp.OCSPRequest, issuing: x509.Certificate) -> bool:
    """Say whether *asked* is about a certificate of this CA [RFC 6960, 4.1.1]."""
    *_, bits = der.elements(der.read(keys.spki(issuing.public_bytes(Encoding.DER))).content)
    return (asked.issuer_name_hash, asked.issuer_key_hash) == (
        hashlib.new(asked.hash_algorithm.name, issuing.subject.public_bytes()).digest(),
        hashlib.new(asked.hash_algorithm.name, bits.content[1:]).digest(),
    )
