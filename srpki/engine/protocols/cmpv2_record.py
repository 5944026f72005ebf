"""What is remembered of the last CMPv2 request by hand of each ca-profile.

It is shown in ``/state`` and survives a restart, with what polling needs; the password is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from srpki.config.tree import Branch
from srpki.core.errors import InvalidInputError
from srpki.engine.state import instant, rfc3339

TransactionStatus = Literal["processed", "in-progress", "failed"]
RequestType = Literal["initial-registration", "certificate-request", "key-update"]
_COMMON: Final = {
    name: name
    for name in (
        "subject-dn",
        "domain-name",
        "ip-address",
        "save-as",
        "reference",
        "certificate",
        "send-chain",
        "protection-key",
        "hash-algorithm",
    )
}
_SHOWN: Final[Mapping[RequestType, Mapping[str, str]]] = {
    "initial-registration": {
        "key-to-certify": "key-filename",
        **_COMMON,
        "with-ca": "send-chain-ca",
    },
    "certificate-request": {
        "current-key": "key-filename",
        "current-certificate": "certificate",
        "new-key": "new-key-filename",
        **_COMMON,
    },
    "key-update": {
        "old-key": "key-filename",
        "old-certificate": "certificate",
        "new-key": "new-key-filename",
        **_COMMON,
    },
}
"""Inputs of each action by their names in ``request-parameters``; no password is among them."""
_KEYS: Final[Mapping[RequestType, str]] = {
    "initial-registration": "key-to-certify",
    "certificate-request": "new-key",
    "key-update": "new-key",
}
"""The input of each action that names the key to be certified."""
_LONGEST_TEXT: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The inputs of a CMPv2 action, by its names; *inputs* has everything but the password."""

    kind: RequestType
    inputs: Mapping[str, Any]
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, kind: RequestType, inputs: Mapping[str, Any]) -> Request:
        """Return what the operator typed; raises `InvalidInputError` when something is missing."""
        given = {name: value for name, value in inputs.items() if name in _SHOWN[kind]}
        given["ca-profile"] = inputs["ca-profile"]
        # Optional in YANG; but an ir names nobody without, where the others have a certificate.
        if kind == "initial-registration" and not given.get("subject-dn"):
            raise InvalidInputError("subject-dn is missing", hint="as C=DE,O=Lab,CN=name")
        return cls(kind=kind, inputs=given, password=str(inputs.get("password", "")))

    def text(self, name: str) -> str:
        """Return the input *name*, empty when it was not given."""
        return str(self.inputs.get(name, ""))

    @property
    def key_file(self) -> str:
        """The imported key that the certificate is for."""
        return self.text(_KEYS[self.kind])

    @property
    def signer(self) -> tuple[str, str]:
        """The imported certificate and key that sign the request; either may be empty."""
        match self.kind:
            case "initial-registration":
                return self.text("certificate"), self.text("protection-key")
            case "certificate-request":
                return self.text("current-certificate"), self.text("current-key")
            case "key-update":
                return self.text("old-certificate"), self.text("old-key")

    @property
    def hash_algorithm(self) -> str:
        """The hash of signatures; what auto-update uses when the operator names none."""
        return self.text("hash-algorithm") or "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request; *code* is a transaction-status-code, *pending* what polling needs as JSON."""

    request: Request
    start_time: datetime
    response_time: datetime | None = None
    status: TransactionStatus = "in-progress"
    code: str = "none"
    text: str = ""
    pending: Mapping[str, Any] | None = None

    def but(self, **changes: Any) -> RequestRecord:
        """Return this record with *changes*."""
        return replace(self, **changes)

    def to_json(self, sealed_password: str) -> dict[str, object]:
        """Return the record as JSON values, with the password as *sealed_password*."""
        return {
            "kind": self.request.kind,
            "inputs": dict(self.request.inputs),
            "password": sealed_password,
            "start_time": rfc3339(self.start_time),
            "response_time": rfc3339(self.response_time) if self.response_time else None,
            "status": self.status,
            "code": self.code,
            "text": self.text,
            "pending": self.pending,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any], password: str) -> RequestRecord:
        """Return the record that `to_json` wrote; raises `InvalidInputError` for another."""
        try:
            kind, inputs, pending = record["kind"], record["inputs"], record["pending"]
            _SHOWN[kind]  # a record of a kind that does not exist is damaged
            return cls(
                request=Request(kind=kind, inputs=dict(inputs), password=password),
                start_time=datetime.fromisoformat(record["start_time"]),
                response_time=instant(record["response_time"]),
                status=record["status"],
                code=str(record["code"]),
                text=str(record["text"]),
                pending=None if pending is None else dict(pending),
            )
        except (KeyError, ValueError, TypeError):
            raise InvalidInputError("the saved CMPv2 request cannot be read") from None

    def branch(self) -> Branch:
        """Return the record as ``cmpv2 request`` of the state tree."""
        parameters: dict[str, Any] = {"request-type": self.request.kind}
        for name, shown in _SHOWN[self.request.kind].items():
            if name in self.request.inputs:
                parameters[shown] = self.request.inputs[name]
        values: dict[str, Any] = {
            "request-start-time": _shown(self.start_time),
            "transaction-status": self.status,
            "transaction-status-code": self.code,
            "request-parameters": Branch(parameters),
        }
        if self.response_time is not None:
            values["last-ca-response-time"] = _shown(self.response_time)
        if self.text:
            values["transaction-status-string"] = self.text[:_LONGEST_TEXT]
        return Branch(values)


def _shown(moment: datetime) -> str:
    return rfc3339(moment.replace(microsecond=0))
