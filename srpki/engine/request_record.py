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
_SHOWN: Final = {
    "key-to-certify": "key-filename",
    "subject-dn": "subject-dn",
    "domain-name": "domain-name",
    "ip-address": "ip-address",
    "save-as": "save-as",
    "reference": "reference",
    "certificate": "certificate",
    "send-chain": "send-chain",
    "with-ca": "send-chain-ca",
    "protection-key": "protection-key",
    "hash-algorithm": "hash-algorithm",
}
"""Inputs of the action by their names in ``request-parameters``; the password is not among them."""
_LONGEST_TEXT: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The inputs of ``cmpv2 initial-registration``, by the names of the action.

    *inputs* has everything but the password.
    """

    inputs: Mapping[str, Any]
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, inputs: Mapping[str, Any]) -> Registration:
        """Return what the operator typed; raises `InvalidInputError` when something is missing."""
        given = {name: value for name, value in inputs.items() if name in _SHOWN}
        given["ca-profile"] = inputs["ca-profile"]
        if not given.get("subject-dn"):  # optional in YANG, but an ir without subject is none
            raise InvalidInputError("subject-dn is missing", hint="as C=DE,O=Lab,CN=name")
        return cls(inputs=given, password=str(inputs.get("password", "")))

    def text(self, name: str) -> str:
        """Return the input *name*, empty when it was not given."""
        return str(self.inputs.get(name, ""))

    @property
    def hash_algorithm(self) -> str:
        """The hash of signatures; what auto-update uses when the operator names none."""
        return self.text("hash-algorithm") or "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request; *code* is a transaction-status-code, *pending* what polling needs as JSON."""

    registration: Registration
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
            "inputs": dict(self.registration.inputs),
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
            inputs, pending = record["inputs"], record["pending"]
            return cls(
                registration=Registration(inputs=dict(inputs), password=password),
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
        parameters: dict[str, Any] = {"request-type": "initial-registration"}
        for name, shown in _SHOWN.items():
            if name in self.registration.inputs:
                parameters[shown] = self.registration.inputs[name]
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
